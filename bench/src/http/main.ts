// Side by side: Forebay and what one would put in its place, all before the same origin. See ../../README.md.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases } from './cases/index.js';
import { loadTool } from './load.js';
import { describeMachine, findCores, pinSelf } from './machine.js';
import type { Options } from './options.js';
import { readOptions, usage } from './options.js';
import { startOrigin } from './origin.js';
import { peers } from './peers/index.js';
import type { Peer } from './peers/peer.js';
import type { Report } from './report.js';
import { toMarkdown } from './report.js';

async function main(): Promise<void> {
  const names = { cases: cases.map(({ name }) => name), peers: peers.map(({ name }) => name) };
  const options = readOptions(process.argv.slice(2), names);
  if (options === 'help') return void process.stdout.write(usage(cases, names.peers));
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort(new Error(signal)));
  const reports = await runAll(options, abort.signal);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(reports, null, 2)}\n`);
  const wrong = reports.flatMap(({ faults }) => faults).length;
  say(wrong === 0 ? 'Every answer was right.' : `${wrong} kinds of answers were wrong.`);
  if (wrong > 0) process.exitCode = 1;
}

async function runAll(options: Options, signal: AbortSignal): Promise<readonly Report[]> {
  const cores = findCores();
  pinSelf(cores);
  const folder = await mkdtemp(join(tmpdir(), 'forebay-bench-'));
  const origin = await startOrigin();
  const reports: Report[] = [];
  try {
    say(
      `${describeMachine(cores)}; load by ${loadTool()}; ${options.rounds} × ${options.seconds} s, ${options.connections} connections\n`,
    );
    const bench = { ...options, cores, origin, folder, peers: installed(options), signal };
    for (const one of cases) {
      if (!options.cases.includes(one.name) || (options.smoke && !one.inSmoke)) continue;
      const report = await one.run({
        ...bench,
        peers: options.smoke ? briefly(bench.peers, reports.length === 0) : bench.peers,
      });
      reports.push(report);
      say(toMarkdown(report));
    }
  } finally {
    await origin.close();
    await rm(folder, { recursive: true, force: true });
  }
  return reports;
}

/** Those asked for that can run here; says what the others need. Figures without wrk mean nothing, so it is asked for too. */
function installed(options: Options): readonly Peer[] {
  if (loadTool() !== 'wrk' && !options.smoke) throw new Error('wrk is not installed: apt-get install wrk');
  return peers.filter((peer) => {
    if (!options.peers.includes(peer.name)) return false;
    const reason = peer.missing();
    if (reason !== undefined && peer.name === 'forebay' && options.smoke) throw new Error(`${peer.title}: ${reason}`);
    if (reason !== undefined) say(`without ${peer.title}: ${reason}`);
    return reason === undefined;
  });
}

/** A smoke run tries the foreign servers once, to see that they still start; that takes them longer than all the rest. */
function briefly(chosen: readonly Peer[], first: boolean): readonly Peer[] {
  return first ? chosen : chosen.filter(({ name }) => name === 'forebay' || name === 'node-http');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
