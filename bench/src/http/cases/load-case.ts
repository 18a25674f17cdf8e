import { applyLoad } from '../load.js';
import { get } from '../client.js';
import type { SizeName } from '../origin.js';
import { SIZES } from '../origin.js';
import type { PeerName, RunningPeer } from '../peers/peer.js';
import type { Report } from '../report.js';
import type { Bench, BenchCase } from './bench-case.js';
import { withPeers } from './bench-case.js';
import type { Round } from './load-report.js';
import { reportLoad } from './load-report.js';
import { warmAndVerify } from './verify.js';

/** Cached answers under load: the same requests for every server, round after round, one server at a time. */
export interface LoadPlan {
  readonly name: string;
  readonly title: string;
  readonly size: SizeName;
  readonly keys: number;
  readonly workers?: 1 | 2;
  readonly fromDisk?: boolean;
  readonly ask?: 'whole' | 'etag' | 'range' | 'new-connection';
}

const RANGE = [1024, 2047] as const;
const SMOKE_LOAD: readonly PeerName[] = ['forebay', 'node-http'];

export function loadCase(plan: LoadPlan): BenchCase {
  return { name: plan.name, title: plan.title, inSmoke: plan.workers !== 2, run: (bench) => runLoad(plan, bench) };
}

async function runLoad(plan: LoadPlan, bench: Bench): Promise<Report> {
  const keys = bench.smoke ? Math.min(plan.keys, 50) : plan.keys;
  const paths = Array.from({ length: keys }, (_, key) => `/${plan.size}/${plan.name}-${key}.jpg`);
  const workers = plan.workers ?? 1;
  const fromDisk = plan.fromDisk ?? false;
  const on = workers === 1 ? bench.cores.server : bench.cores.all;
  const memoryBytes = Math.max(256 * 1024 ** 2, keys * SIZES[plan.size] * 2);
  const faults: string[] = [];
  const rounds = new Map<PeerName, Round[]>();
  await withPeers(bench, { on, workers, memoryBytes, fromDisk }, async (running) => {
    const ready: { readonly peer: RunningPeer; readonly headers: Readonly<Record<string, string>> }[] = [];
    for (const peer of running) {
      const headers = await headersFor(plan, peer.url + paths[0]!);
      const status = plan.ask === 'etag' ? 304 : plan.ask === 'range' ? 206 : 200;
      const range = plan.ask === 'range' ? { range: RANGE } : {};
      const found = await warmAndVerify(
        peer.url,
        paths,
        bench.origin,
        { status, headers, workers, ...range },
        bench.signal,
      );
      faults.push(...found.map((fault) => `${peer.name}: ${fault}`));
      // A smoke run has no time to load them all, and their figures would mean nothing.
      const loaded = !bench.smoke || SMOKE_LOAD.includes(peer.name);
      if (found.length === 0 && loaded) ready.push({ peer, headers });
    }
    // A server that runs for weeks has been compiled long since: a second of load is not counted.
    for (const { peer, headers } of bench.smoke ? [] : ready)
      await measure({ ...bench, seconds: 1 }, peer, { paths, headers, workers });
    for (let round = 0; round < bench.rounds; round++) {
      // Another one begins each time, so that none always follows the same.
      for (let turn = 0; turn < ready.length; turn++) {
        bench.signal.throwIfAborted();
        const { peer, headers } = ready[(turn + round) % ready.length]!;
        const measured = await measure(bench, peer, { paths, headers, workers });
        rounds.set(peer.name, [...(rounds.get(peer.name) ?? []), measured.round]);
        faults.push(...measured.faults);
      }
    }
  });
  return reportLoad(plan, rounds, faults, bench.peers);
}

async function headersFor(plan: LoadPlan, url: string): Promise<Readonly<Record<string, string>>> {
  if (plan.ask === 'range') return { Range: `bytes=${RANGE[0]}-${RANGE[1]}` };
  if (plan.ask === 'new-connection') return { Connection: 'close' };
  if (plan.ask !== 'etag') return {};
  const { etag } = (await get(url)).headers;
  return { 'If-None-Match': typeof etag === 'string' ? etag : '"none"' };
}

async function measure(
  bench: Bench,
  peer: RunningPeer,
  {
    paths,
    headers,
    workers,
  }: {
    readonly paths: readonly string[];
    readonly headers: Readonly<Record<string, string>>;
    readonly workers: number;
  },
): Promise<{ readonly round: Round; readonly faults: readonly string[] }> {
  const upstream = bench.origin.total();
  const cpu = peer.child.cpuSeconds();
  const { cores, connections, seconds, folder } = bench;
  const on = workers === 1 ? cores.load : cores.all;
  const result = await applyLoad({ url: peer.url, paths, headers, connections, seconds, cores, on, folder });
  const used = peer.child.cpuSeconds() - cpu;
  const faults: string[] = [];
  if (peer.child.hasEnded()) faults.push(`${peer.name}: ended under load: ${peer.child.output()}`);
  if (bench.origin.total() !== upstream)
    faults.push(`${peer.name}: ${bench.origin.total() - upstream} requests went past the cache`);
  if (result.requests === 0) faults.push(`${peer.name}: answered nothing`);
  if (result.errors > result.requests / 1000)
    faults.push(`${peer.name}: ${result.errors} errors in ${result.requests} requests`);
  const round = {
    ...result,
    cpuMicrosPerRequest: (used * 1e6) / Math.max(1, result.requests),
    busy: used / seconds / workers,
  };
  return { round, faults };
}
