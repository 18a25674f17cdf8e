import type { LoadResult } from '../load.js';
import type { Peer, PeerName } from '../peers/peer.js';
import type { Report } from '../report.js';
import { count, fixed } from '../report.js';
import { median } from '../statistics.js';

export interface Round extends LoadResult {
  readonly cpuMicrosPerRequest: number;
  /** Share of its cores that the server was busy. */
  readonly busy: number;
}

const YARDSTICK: PeerName = 'nginx-tuned';

/** The table of a case: medians over its rounds, and medians of the ratios to nginx in the same round. */
export function reportLoad(
  plan: { readonly name: string; readonly title: string },
  rounds: ReadonlyMap<PeerName, readonly Round[]>,
  faults: readonly string[],
  peers: readonly Peer[],
): Report {
  const yardstick = rounds.get(YARDSTICK);
  const data = peers.flatMap(({ name, title }) => {
    const own = rounds.get(name);
    if (own === undefined) return [];
    const of = (read: (round: Round) => number): number => median(own.map(read));
    const ratio = (read: (round: Round) => number): number =>
      yardstick === undefined ? Number.NaN : median(own.map((round, index) => read(round) / read(yardstick[index]!)));
    return [
      {
        peer: name,
        title,
        requests_per_second: of((round) => round.requestsPerSecond),
        ratio: ratio((round) => round.requestsPerSecond),
        cpu_us_per_request: of((round) => round.cpuMicrosPerRequest),
        server_busy: of((round) => round.busy),
        cpu_ratio: 1 / ratio((round) => round.cpuMicrosPerRequest),
        p50_ms: of((round) => round.p50Ms),
        p99_ms: of((round) => round.p99Ms),
        p99_ratio: ratio((round) => round.p99Ms),
        megabytes_per_second: of((round) => round.bytesPerSecond / 1e6),
        rounds: own.map((round) => Math.round(round.requestsPerSecond)),
      },
    ];
  });
  return {
    case: plan.name,
    title: plan.title,
    columns: [
      'server',
      'requests/s',
      '× nginx tuned',
      'CPU µs/request',
      '× nginx tuned, by CPU',
      'busy',
      'p50 ms',
      'p99 ms',
      'p99 × nginx tuned',
      'MB/s',
    ],
    rows: data.map((row) => [
      row.title,
      count(row.requests_per_second),
      fixed(row.ratio, 2),
      fixed(row.cpu_us_per_request, 1),
      fixed(row.cpu_ratio, 2),
      `${fixed(row.server_busy * 100, 0)} %`,
      fixed(row.p50_ms, 2),
      fixed(row.p99_ms, 2),
      fixed(row.p99_ratio, 2),
      count(row.megabytes_per_second),
    ]),
    data,
    faults,
    notes: [],
  };
}
