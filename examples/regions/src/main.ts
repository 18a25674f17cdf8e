import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { startNode, type ForebayNode } from './forebay-node.js';
import { startCluster } from './redis-cluster.js';

const say = (text: string): void => console.log(text);
const poster = (name: string): string => `/t/p/w342/${name}.png`;

const both = async (nodes: readonly ForebayNode[], path: string): Promise<void> => {
  for (const node of nodes) say(`   ${await node.get(path)}`);
};
const redisIs = async (node: ForebayNode, wanted: string): Promise<void> => {
  for (let tries = 0; tries < 100 && (await node.redisState()) !== wanted; tries += 1) await pause(100);
  say(`   ${node.name}: Redis ${await node.redisState()}`);
};

say('Starting six Redis servers and two Forebay nodes …');
const cluster = await startCluster();
const nodes: ForebayNode[] = [];
const stop = async (): Promise<void> => {
  cluster.thaw();
  await Promise.all(nodes.map((node) => node.stop()));
  cluster.stop();
};
process.once('exit', () => cluster.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stop().finally(() => process.exit()));

try {
  nodes.push(await startNode('north', 3001, cluster.addresses), await startNode('south', 3002, cluster.addresses));
  const [north, south] = nodes as [ForebayNode, ForebayNode];
  await Promise.all(nodes.map((node) => redisIs(node, 'connected')));

  say('\n1. North fetches; south has it from Redis.');
  await both(nodes, poster('shared-1'));

  say('\n2. North purges it; south, which had it in memory, fetches anew.');
  await north.purge('shared-1.png');
  await pause(200);
  say(`   ${await south.get(poster('shared-1'))}`);

  say(`\n3. A master is killed: ${await cluster.killMaster()}`);
  for (let index = 2; index < 6; index += 1) await both(nodes, poster(`shared-${index}`));
  await pause(4000);
  say('   Its replica has taken over.');
  for (let index = 6; index < 8; index += 1) await both(nodes, poster(`shared-${index}`));
  await cluster.revive();

  say('\n4. All of Redis is frozen.');
  cluster.freeze();
  for (let index = 8; index < 14; index += 1) await both(nodes, poster(`alone-${index}`));
  await Promise.all(nodes.map((node) => redisIs(node, 'disconnected')));
  say('   It thaws.');
  cluster.thaw();
  await Promise.all(nodes.map((node) => redisIs(node, 'connected')));
  await both(nodes, poster('shared-99'));

  if (!process.argv.includes('--once')) {
    say(`\nBoth run on: ${nodes.map(({ name, url }) => `${name} ${url}`).join(', ')}`);
    say(`Redis: ${cluster.addresses.join(' ')}`);
    say('Ctrl-C ends everything.');
    await once(process, 'exit');
  }
} finally {
  await stop();
}
