import { get } from '../http/client.js';
import { applyLoad } from '../http/load.js';
import { median } from '../http/statistics.js';
import type { Report } from '../http/report.js';
import { count, fixed } from '../http/report.js';
import { segmentOf } from './segment-bytes.js';
import { type Contender, run, type Running, type Setting } from './servers.js';

export interface ThroughputOptions extends Setting {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Right answers only. */
  readonly smoke: boolean;
}

const PATHS = Array.from({ length: 8 }, (_, index) => `/1m/kept-${index}.ts`);

/** Segments of a megabyte through each server: megabytes by second of its own CPU time, and the wait for the first byte. */
export async function throughput(
  name: string,
  title: string,
  contenders: readonly Contender[],
  options: ThroughputOptions,
): Promise<Report> {
  const running: Running[] = [];
  const faults: string[] = [];
  const rates = new Map<string, number[]>(contenders.map((each) => [each.name, []]));
  const firsts = new Map<string, number>();
  try {
    for (const contender of contenders) running.push(await run(contender, options));
    for (const each of running) faults.push(...(await verify(each)));
    if (!options.smoke) {
      for (const each of running) firsts.set(each.contender.name, await firstByte(each.url));
      for (let round = 0; round < options.rounds; round += 1)
        for (const each of rotated(running, round))
          rates.get(each.contender.name)?.push(await rate(each, options, faults));
    }
  } finally {
    for (const { child } of running) await child.stop();
  }
  const base = rates.get(contenders[0]?.name ?? '') ?? [];
  const data = contenders.map((contender) => {
    const own = rates.get(contender.name) ?? [];
    const ratio = median(own.map((value, round) => value / (base[round] ?? Number.NaN)));
    return { title: contender.title, rate: median(own), ratio, firstByteMs: firsts.get(contender.name) ?? Number.NaN };
  });
  return {
    case: name,
    title,
    columns: ['server', 'MB/CPU-second', `to ${contenders[0]?.title ?? ''}`, 'first byte, ms'],
    rows: data.map((row) => [row.title, count(row.rate), fixed(row.ratio, 2), fixed(row.firstByteMs, 2)]),
    data,
    faults,
    notes: [],
  };
}

async function rate({ url, child }: Running, options: ThroughputOptions, faults: string[]): Promise<number> {
  const load = { url, paths: PATHS, headers: {}, on: options.cores.load, ...options };
  const before = child.cpuSeconds();
  const result = await applyLoad(load);
  if (result.errors > 0) faults.push(`${url}: ${result.errors} errors under load`);
  return (result.requests * segmentOf.length) / 1e6 / (child.cpuSeconds() - before);
}

async function verify({ url, contender }: Running): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const path of [...PATHS, ...PATHS]) {
    const answer = await get(url + path);
    if (answer.status !== 200 || !answer.body.equals(segmentOf))
      faults.push(`${contender.title}: ${path}: ${answer.status}, ${answer.bytes} bytes that are not the origin's`);
  }
  return faults.slice(0, 3);
}

/** Of requests one after another, on a connection each; the median in ms. */
async function firstByte(url: string): Promise<number> {
  const waits: number[] = [];
  for (let turn = 0; turn < 200; turn += 1) {
    const began = performance.now();
    const response = await fetch(`${url}${PATHS[0]}`);
    const reader = response.body?.getReader();
    await reader?.read();
    waits.push(performance.now() - began);
    await reader?.cancel();
  }
  return median(waits);
}

const rotated = <T>(items: readonly T[], by: number): readonly T[] => [
  ...items.slice(by % items.length),
  ...items.slice(0, by % items.length),
];
