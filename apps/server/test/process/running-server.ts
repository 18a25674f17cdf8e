import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';

interface LogLine {
  readonly event?: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A real server in processes of its own, with its log. */
export interface RunningServer {
  readonly port: number;
  readonly process: ChildProcess;
  readonly lines: readonly LogLine[];
  readonly exit: Promise<number | null>;
  /** The first line with the event, or with the event for which the test holds. */
  line(event: string, test?: (line: LogLine) => boolean): Promise<LogLine>;
  get(path: string, agent?: Agent, otherPort?: number): Promise<Answer>;
  configure(settings: Record<string, unknown>): Promise<void>;
  end(): Promise<void>;
}

const fetchFrom = (port: number, path: string, agent: Agent | false): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text || 'null') }));
    });
    asked.on('error', reject);
    asked.end();
  });

/** Starts a server that is configured by a file, so that a reload can change it. */
export const startServer = async (
  settings: Record<string, unknown>,
  timings: Record<string, number> = {},
  waitForPort = true,
): Promise<RunningServer> => {
  const cwd = await mkdtemp(join(tmpdir(), 'forebay-process-'));
  const configure = (next: Record<string, unknown>) =>
    writeFile(join(cwd, 'forebay.config.json'), JSON.stringify({ port: 0, host: '127.0.0.1', ...next }));
  await configure(settings);
  const child = spawn(process.execPath, [join(inject('programs'), 'scripted-server.js')], {
    cwd,
    env: { PATH: process.env['PATH'], TIMINGS: JSON.stringify(timings) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: LogLine[] = [];
  const watchers = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(JSON.parse(text));
    for (const look of watchers) look();
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const line: RunningServer['line'] = (event, test = () => true) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((each) => each.event === event && test(each));
        if (found === undefined) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      void exit.then(() => reject(new Error(`no ${event} before the end: ${JSON.stringify(lines)}`)));
      look();
    });
  const port = waitForPort ? Number((await line('server_listening'))['port']) : 0;
  return {
    port,
    process: child,
    lines,
    exit,
    line,
    configure,
    get: (path, agent, otherPort = port) => fetchFrom(otherPort, path, agent ?? false),
    end: async () => {
      child.kill('SIGKILL');
      await exit;
      await rm(cwd, { recursive: true });
    },
  };
};
