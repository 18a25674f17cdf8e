// Segments side by side: Forebay, nginx, and pipes of Node's, all before the same origin. See README.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadTool } from '../http/load.js';
import { describeMachine, findCores, pinSelf } from '../http/machine.js';
import { type Report, toMarkdown } from '../http/report.js';
import { contenders, freePort, startScript, untilReady } from './servers.js';
import { stalled } from './stalled.js';
import { throughput } from './throughput.js';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      case: { type: 'string', multiple: true, default: ['uncached', 'uncached-tls', 'cached', 'stalled'] },
      server: { type: 'string', multiple: true, default: contenders.map(({ name }) => name) },
      smoke: { type: 'boolean', default: false },
    },
  });
  const { smoke } = values;
  if (!smoke && loadTool() !== 'wrk') throw new Error('wrk is not installed: apt-get install wrk');
  const cores = findCores();
  pinSelf(cores);
  const folder = await mkdtemp(join(tmpdir(), 'forebay-segments-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const origin = startScript(
    'origin-server.ts',
    cores.load,
    { cores, folder },
    { PORT: String(port), TLS_PORT: String(tlsPort) },
  );
  try {
    await untilReady(`http://127.0.0.1:${port}/none`, origin);
    const plain = { origin: `http://127.0.0.1:${port}`, cores, folder };
    const secure = { ...plain, origin: `https://localhost:${tlsPort}` };
    const how = {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      connections: Number(values.connections),
      smoke,
    };
    // In a smoke run the foreign servers have nothing to show.
    const present = contenders.filter(({ name }) =>
      smoke ? name.startsWith('forebay') : values.server.includes(name),
    );
    const uncached = present.filter(({ cached }) => !cached);
    const cached = present.filter(({ cached: caches }) => caches);
    const cases: Record<string, () => Promise<Report>> = {
      uncached: () => throughput('uncached', '1 MB segments, not cached', uncached, { ...plain, ...how }),
      'uncached-tls': () =>
        throughput('uncached-tls', '1 MB segments from a TLS origin, not cached', uncached, { ...secure, ...how }),
      cached: () => throughput('cached', '1 MB segments, cached', cached, { ...plain, ...how }),
      stalled: () => stalled(uncached, plain),
    };
    const chosen = smoke ? ['uncached', 'uncached-tls', 'cached'] : values.case;
    if (!smoke) say(`${describeMachine(cores)}; ${how.rounds} × ${how.seconds} s, ${how.connections} connections\n`);
    const reports: Report[] = [];
    for (const name of chosen) {
      const one = cases[name];
      if (one === undefined)
        throw new TypeError(`--case: there is no ${name}; there are ${Object.keys(cases).join(', ')}`);
      const report = await one();
      reports.push(report);
      if (!smoke || report.faults.length > 0) say(toMarkdown(report));
    }
    const wrong = reports.flatMap(({ faults }) => faults).length;
    say(wrong === 0 ? 'Every answer was right.' : `${wrong} kinds of answers were wrong.`);
    if (wrong > 0) process.exitCode = 1;
  } finally {
    await origin.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
