import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { guardProcess, releaseProcess } from '../redis.js';

const program = fileURLToPath(new URL('fixtures/mirror.ts', import.meta.url));

interface Asked {
  readonly target: string;
  readonly range: string;
}

/** A mirror of the sample streams in a process of its own, which is started again at the same port whenever it dies. */
export class Mirror {
  readonly asked: Asked[] = [];
  deaths = 0;
  port = 0;
  #child: ChildProcess | undefined;
  #over = false;
  readonly #manner: 'dying' | 'steady';

  private constructor(manner: 'dying' | 'steady') {
    this.#manner = manner;
  }

  /** A dying one kills itself with SIGKILL in the middle of every segment. */
  static async start(manner: 'dying' | 'steady'): Promise<Mirror> {
    const mirror = new Mirror(manner);
    await mirror.#begin();
    return mirror;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#over = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async #begin(): Promise<void> {
    const child = fork(program, [String(this.port), this.#manner], {
      execArgv: ['--import', import.meta.resolve('tsx'), '--conditions=@forebay/source'],
    });
    this.#child = child;
    guardProcess(child.pid!);
    child.once('exit', () => {
      releaseProcess(child.pid!);
      if (this.#over) return;
      this.deaths += 1;
      void this.#begin();
    });
    await new Promise<void>((resolve) => {
      child.on('message', (message: { asked?: string; range?: string; listening?: { port: number } }) => {
        if (message.asked !== undefined) this.asked.push({ target: message.asked, range: message.range ?? '' });
        if (message.listening === undefined) return;
        this.port = message.listening.port;
        resolve();
      });
    });
  }
}
