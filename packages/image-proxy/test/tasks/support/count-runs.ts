import { bullmqDriver, connectTo } from '@forebay/image-proxy/bullmq';
import { createTaskRunner } from '@forebay/image-proxy/tasks';

/** Works on the queues in a process of its own; prints every key that it is given, and refreshes those that are not `slow`. */
const [port = '', prefix = ''] = process.argv.slice(2);

const refresh = (imageKey: string): Promise<null> => {
  process.stdout.write(`${imageKey}\n`);
  return imageKey.startsWith('slow') ? new Promise(() => undefined) : Promise.resolve(null);
};

bullmqDriver({
  connect: connectTo({ nodes: [{ host: '127.0.0.1', port: Number(port) }] }),
  prefix,
  lockDuration: 1000,
}).work(createTaskRunner({ handlers: { refresh, preRefresh: async () => null, cleanUp: async () => null } }));

// The driver's timers keep nobody alive.
setInterval(() => undefined, 60_000);
