import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';
import { guardProcess, releaseProcess } from '../redis.js';

interface Asked {
  readonly target: string;
  readonly range: string;
}

type Message = { readonly asked: string; readonly range: string } | { readonly listening: { readonly port: number } };

/** Mirrors of the sample streams in processes of their own, of which one after the other is killed, and started again. */
export class Mirrors {
  readonly asked: Asked[] = [];
  deaths = 0;
  readonly #mirrors: readonly Mirror[];
  #over = false;

  private constructor() {
    const hear = (asked: Asked): void => void this.asked.push(asked);
    this.#mirrors = [new Mirror(hear), new Mirror(hear)];
  }

  static async start(): Promise<Mirrors> {
    const mirrors = new Mirrors();
    await Promise.all(mirrors.#mirrors.map((mirror) => mirror.begin()));
    return mirrors;
  }

  get urls(): readonly string[] {
    return this.#mirrors.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  /**
   * From now on, whichever mirror is asked for a segment next is killed with SIGKILL in the middle of it, while the other
   * one lives; when the first is back, it begins again.
   */
  killAgainAndAgain(): void {
    for (const mirror of this.#mirrors) mirror.tell('die');
    for (const mirror of this.#mirrors) {
      mirror.died = async () => {
        if (this.#over) return;
        this.deaths += 1;
        for (const other of this.#mirrors) other.tell('live');
        await mirror.begin();
        for (const each of this.#mirrors) each.tell('die');
      };
    }
  }

  async close(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#mirrors.map((mirror) => mirror.end()));
  }
}

class Mirror {
  port = 0;
  died: () => Promise<void> = () => Promise.resolve();
  #child: ChildProcess | undefined;
  readonly #hear: (asked: Asked) => void;

  constructor(hear: (asked: Asked) => void) {
    this.#hear = hear;
  }

  tell(what: 'die' | 'live'): void {
    if (this.#child?.connected === true) this.#child.send(what);
  }

  async begin(): Promise<void> {
    const child = fork(join(inject('programs'), 'mirror.js'), [String(this.port)], { execArgv: [] });
    this.#child = child;
    guardProcess(child.pid!);
    child.once('exit', () => {
      releaseProcess(child.pid!);
      void this.died();
    });
    await new Promise<void>((resolve) => {
      child.on('message', (message: Message) => {
        if ('asked' in message) this.#hear({ target: message.asked, range: message.range });
        else {
          this.port = message.listening.port;
          resolve();
        }
      });
    });
  }

  async end(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
