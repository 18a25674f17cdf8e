import { forEach, get, keepAlive } from '../client.js';
import { bodyOf, COLD } from '../origin.js';
import type { RunningPeer } from '../peers/peer.js';
import type { Report } from '../report.js';
import { count, fixed } from '../report.js';
import { median, percentile } from '../statistics.js';
import type { Bench, BenchCase } from './bench-case.js';
import { withPeers } from './bench-case.js';

/** Very many at once for a key that is not there yet. */
export function coldCase(name: string, workers: 1 | 2): BenchCase {
  const title = `1,000 at once for one cold key, whose origin takes ${COLD.delayMs} ms, ${workers === 1 ? 'one worker' : 'two workers'}`;
  return { name, title, inSmoke: workers === 1, run: (bench) => runCold(bench, { name, title, workers }) };
}

async function runCold(
  bench: Bench,
  {
    name: caseName,
    title: caseTitle,
    workers,
  }: { readonly name: string; readonly title: string; readonly workers: 1 | 2 },
): Promise<Report> {
  const clients = bench.smoke ? 100 : 1000;
  const on = workers === 1 ? bench.cores.server : bench.cores.all;
  const setting = { on, workers, memoryBytes: 256 * 1024 ** 2, fromDisk: false };
  const faults: string[] = [];
  const found = new Map<string, Flood[]>();
  await withPeers(bench, setting, async (running) => {
    for (let round = 0; round < bench.rounds; round++) {
      for (const peer of running) {
        bench.signal.throwIfAborted();
        const flood = await floodOnce(
          bench,
          peer,
          `/20k/${COLD.prefix}-${caseName}-${peer.name}-${round}.jpg`,
          clients,
        );
        found.set(peer.name, [...(found.get(peer.name) ?? []), flood]);
        if (flood.wrong > 0) faults.push(`${peer.name}: ${flood.wrong} of ${clients} clients got something else`);
        if (peer.name === 'forebay' && flood.upstream > workers)
          faults.push(
            `forebay: ${flood.upstream} upstream requests of ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
          );
      }
    }
  });
  const data = bench.peers.flatMap(({ name, title }) => {
    const floods = found.get(name);
    if (floods === undefined) return [];
    const of = (read: (flood: Flood) => number): number => median(floods.map(read));
    return [
      {
        peer: name,
        title,
        clients,
        upstream: of((flood) => flood.upstream),
        p50_ms: of((flood) => flood.p50),
        p99_ms: of((flood) => flood.p99),
      },
    ];
  });
  return {
    case: caseName,
    title: caseTitle,
    columns: ['server', 'upstream requests', 'p50 ms', 'p99 ms'],
    rows: data.map((row) => [row.title, count(row.upstream), fixed(row.p50_ms, 0), fixed(row.p99_ms, 0)]),
    data,
    faults,
    notes: ['The client is one Node process, whose own time is in the percentiles.'],
  };
}

interface Flood {
  readonly upstream: number;
  readonly wrong: number;
  readonly p50: number;
  readonly p99: number;
}

async function floodOnce(bench: Bench, peer: RunningPeer, path: string, clients: number): Promise<Flood> {
  const agent = keepAlive(clients);
  const expected = bodyOf(path);
  const times: number[] = [];
  let wrong = 0;
  const started = performance.now();
  await forEach(Array.from({ length: clients }).keys(), { atOnce: clients, signal: bench.signal }, async () => {
    try {
      const answer = await get(peer.url + path, { agent });
      if (answer.status !== 200 || !answer.body.equals(expected)) wrong += 1;
    } catch {
      wrong += 1;
    }
    times.push(performance.now() - started);
  });
  agent.destroy();
  return { upstream: bench.origin.count(path), wrong, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}
