import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import autocannon from 'autocannon';
import type { Cores } from './machine.js';
import { onPath } from './machine.js';

export interface Load {
  readonly url: string;
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  readonly cores: Cores;
  /** Where the load comes from; both cores when the servers have both. */
  readonly on: string;
  readonly folder: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Connections refused or broken, time-outs, answers of 400 and above. */
  readonly errors: number;
}

/** wrk where it is installed; else autocannon, whose figures only tell that the answers come at all. */
export function loadTool(): 'wrk' | 'autocannon' {
  return onPath('wrk') ? 'wrk' : 'autocannon';
}

export function applyLoad(load: Load): Promise<LoadResult> {
  return loadTool() === 'wrk' ? applyWrk(load) : applyAutocannon(load);
}

const REPORT = `done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\nRESULT %d %d %d %d %d %d\\n', summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.timeout + e.status))
end
`;

/** Requests are written out beforehand, so that many keys cost the load no more than one. */
function script(paths: readonly string[]): string {
  if (paths.length < 2) return REPORT;
  const list = paths.map((path) => `'${path}'`).join(',');
  return `${REPORT}local paths = {${list}}
local requests, at = {}, 0
init = function() for i = 1, #paths do requests[i] = wrk.format(nil, paths[i]) end end
request = function() at = at % #requests + 1; return requests[at] end
`;
}

async function applyWrk(load: Load): Promise<LoadResult> {
  const file = join(load.folder, 'wrk.lua');
  await writeFile(file, script(load.paths));
  const headers = Object.entries(load.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const args = [
    '-t1',
    `-c${load.connections}`,
    `-d${load.seconds}s`,
    '--timeout',
    '5s',
    '-s',
    file,
    ...headers,
    load.url + load.paths[0]!,
  ];
  const line = load.cores.pinned ? ['taskset', '-c', load.on, 'wrk', ...args] : ['wrk', ...args];
  const wrk = spawn(line[0]!, line.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: (load.seconds + 20) * 1000,
  });
  let output = '';
  wrk.stdout.on('data', (data: Buffer) => (output += data.toString()));
  wrk.stderr.on('data', (data: Buffer) => (output += data.toString()));
  await once(wrk, 'close');
  const found = /^RESULT ([\d ]+)$/m.exec(output)?.[1];
  if (found === undefined) throw new Error(`wrk gave no result: ${output.slice(-500)}`);
  const [requests = 0, micros = 1, bytes = 0, p50 = 0, p99 = 0, errors = 0] = found.split(' ').map(Number);
  const seconds = micros / 1e6;
  return {
    requests,
    requestsPerSecond: requests / seconds,
    bytesPerSecond: bytes / seconds,
    p50Ms: p50 / 1000,
    p99Ms: p99 / 1000,
    errors,
  };
}

async function applyAutocannon(load: Load): Promise<LoadResult> {
  const result = await autocannon({
    url: load.url,
    connections: load.connections,
    duration: load.seconds,
    headers: { ...load.headers },
    requests: load.paths.map((path) => ({ path })),
  });
  return {
    requests: result.requests.total,
    requestsPerSecond: result.requests.total / result.duration,
    bytesPerSecond: result.throughput.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    errors: result.errors + result.timeouts + result['4xx'] + result['5xx'],
  };
}
