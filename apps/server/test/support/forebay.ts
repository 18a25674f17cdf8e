import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { guardFolder, guardProcess, releaseProcess } from './redis.js';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: () => Record<string, unknown>;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly port?: number;
  readonly agent?: Agent;
}

/** The real server, in processes of its own, with only the variables that the test gives. */
export class Forebay {
  /** What Node is to run, before the server's own arguments. */
  static readonly command: readonly string[] = ['--enable-source-maps', join(inject('programs'), 'main.js')];
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
  readonly cacheDir: string;
  /** What was printed, line by line. */
  readonly output: string[] = [];
  port = 0;
  managementPort: number | undefined;
  readonly #watchers = new Set<() => void>();

  readonly #secure: boolean;

  private constructor(child: ChildProcess, cacheDir: string, secure: boolean) {
    this.#secure = secure;
    this.process = child;
    this.cacheDir = cacheDir;
    this.exit = new Promise((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.output.push(line);
        for (const look of this.#watchers) look();
      });
    }
  }

  static async start(variables: Record<string, string> = {}): Promise<Forebay> {
    const cacheDir = variables['CACHE_DIR'] ?? (await mkdtemp(join(tmpdir(), 'forebay-e2e-')));
    const cwd = await mkdtemp(join(tmpdir(), 'forebay-cwd-'));
    const child = spawn(process.execPath, Forebay.command, {
      cwd,
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        HOST: '127.0.0.1',
        NUM_WORKERS: '1',
        LOG_FORMAT: 'json',
        ...variables,
        CACHE_DIR: cacheDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid } = child;
    if (pid !== undefined) {
      guardProcess(pid);
      child.once('exit', () => releaseProcess(pid));
    }
    for (const folder of [cwd, cacheDir]) guardFolder(folder);
    const forebay = new Forebay(child, cacheDir, variables['TLS_CERT'] !== undefined);
    const listening = await forebay.event('server_listening');
    forebay.port = Number(listening['port']);
    forebay.managementPort = listening['management_port'] as number | undefined;
    void forebay.exit.then(() => rm(cwd, { recursive: true, force: true }));
    return forebay;
  }

  /** The first log line with this event; rejects when the server ends before. */
  async event(name: string): Promise<Record<string, unknown>> {
    const line = await this.line((text) => text.includes(`"event":"${name}"`));
    return JSON.parse(line) as Record<string, unknown>;
  }

  line(matches: (line: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.output.find(matches);
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      void this.exit.then(() => reject(new Error(`the server ended:\n${this.output.join('\n')}`)));
      look();
    });
  }

  ask(path: string, options: AskOptions = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const asked = (this.#secure ? secureRequest : request)(
        {
          rejectUnauthorized: false,
          host: '127.0.0.1',
          port: options.port ?? this.port,
          path,
          method: options.method ?? 'GET',
          headers: options.headers ?? {},
          agent: options.agent ?? false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('error', reject)
            .on('end', () => {
              const body = Buffer.concat(chunks);
              const json = (): Record<string, unknown> => JSON.parse(body.toString()) as Record<string, unknown>;
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body, json });
            });
        },
      );
      asked.on('error', reject);
      asked.end(options.body);
    });
  }

  /** Ends gently; resolves to the exit status. */
  async stop(): Promise<number | null> {
    this.process.kill('SIGTERM');
    return this.exit;
  }

  /** Ends whatever is left, files included. */
  async end(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
    // The folder may be one that cannot be.
    await rm(this.cacheDir, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Asks again and again, within a bound, until the answer is as wanted. */
export async function eventually<T>(look: () => Promise<T>, wanted: (value: T) => boolean, what: string): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
