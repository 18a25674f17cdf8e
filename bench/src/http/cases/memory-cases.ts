import { forEach, get, keepAlive } from '../client.js';
import { SIZES } from '../origin.js';
import type { RunningPeer } from '../peers/peer.js';
import type { Report } from '../report.js';
import { megabytes } from '../report.js';
import type { Bench, BenchCase } from './bench-case.js';
import { withPeers } from './bench-case.js';

const BOUND = 64 * 1024 ** 2;
const SAMPLE_EVERY_MS = 100;
/** What may come on top of the bound: the runtime, buffers on their way, what the collector has not taken back yet. */
const HEADROOM = 256 * 1024 ** 2;

/** Far more bytes than the memory cache may hold. */
export const manyBodiesCase: BenchCase = {
  name: 'memory-10k-bodies',
  title: 'Resident memory through 10,000 × 500 KB with a memory cache of 64 MB',
  inSmoke: false,
  run: (bench) =>
    watchMemory(bench, manyBodiesCase, async (peer, progress) => {
      const agent = keepAlive(16);
      let done = 0;
      const faults: string[] = [];
      await forEach(Array.from({ length: 10_000 }).keys(), { atOnce: 16, signal: bench.signal }, async (key) => {
        const answer = await get(`${peer.url}/500k/${peer.name}-${key}.jpg`, { agent, discard: true });
        if (answer.status !== 200 || answer.bytes !== SIZES['500k'])
          faults.push(`${peer.name}: key ${key}: ${answer.status}, ${answer.bytes} bytes`);
        progress(++done / 10_000);
      });
      agent.destroy();
      return faults;
    }),
};

/** One body that fits into no memory cache. */
export const longBodyCase: BenchCase = {
  name: 'memory-2gb-body',
  title: 'Resident memory through one body of 2 GB',
  inSmoke: false,
  run: (bench) =>
    watchMemory(bench, longBodyCase, async (peer, progress) => {
      const watch = setInterval(() => progress(0.5), SAMPLE_EVERY_MS);
      try {
        const answer = await get(`${peer.url}/2g/${peer.name}.bin`, { discard: true, timeoutMs: 120_000 });
        return answer.status === 200 && answer.bytes === SIZES['2g']
          ? []
          : [`${peer.name}: ${answer.status}, ${answer.bytes} bytes`];
      } catch (error) {
        return [`${peer.name}: ${String(error)}`];
      } finally {
        clearInterval(watch);
      }
    }),
};

type Drive = (peer: RunningPeer, progress: (share: number) => void) => Promise<readonly string[]>;

async function watchMemory(bench: Bench, { name, title }: BenchCase, drive: Drive): Promise<Report> {
  const faults: string[] = [];
  const data: { title: string; start: number; half: number; end: number; peak: number; seconds: number }[] = [];
  const setting = { on: bench.cores.server, workers: 1, memoryBytes: BOUND, fromDisk: false };
  for (const peer of bench.peers.filter(
    (candidate) => candidate.name === 'forebay' || candidate.name === 'nginx-tuned',
  )) {
    await withPeers({ ...bench, peers: [peer] }, setting, async ([running]) => {
      if (running === undefined) return;
      const start = running.child.residentBytes();
      let half = start;
      let peak = start;
      let last = 0;
      const began = performance.now();
      const wrong = await drive(running, (share) => {
        if (performance.now() - last < SAMPLE_EVERY_MS) return;
        last = performance.now();
        const resident = running.child.residentBytes();
        peak = Math.max(peak, resident);
        if (share <= 0.5) half = resident;
      });
      const end = running.child.residentBytes();
      faults.push(...wrong.slice(0, 5));
      if (peer.name === 'forebay' && peak > start + BOUND + HEADROOM)
        faults.push(`forebay: ${megabytes(peak)} MB resident is not within the bound`);
      data.push({ title: peer.title, start, half, end, peak, seconds: (performance.now() - began) / 1000 });
    });
  }
  return {
    case: name,
    title,
    columns: ['server', 'at start, MB', 'half way, MB', 'at the end, MB', 'peak, MB', 'seconds'],
    rows: data.map((row) => [
      row.title,
      ...[row.start, row.half, row.end, row.peak].map(megabytes),
      row.seconds.toFixed(1),
    ]),
    data,
    faults,
    notes: ['Resident memory of all processes of a server; pages that nginx processes share are counted in each.'],
  };
}
