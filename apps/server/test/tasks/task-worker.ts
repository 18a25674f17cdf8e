import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { Forebay } from '../support/forebay.js';

/** `forebay worker`, in a process of its own. */
export class TaskWorker {
  readonly exit: Promise<number | null>;
  readonly output: string[] = [];
  readonly #child: ChildProcess;

  constructor(variables: Record<string, string>) {
    const child = spawn(process.execPath, [...Forebay.command, 'worker'], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'], LOG_FORMAT: 'json', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.exit = new Promise((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.output.push(line));
    }
  }

  kill(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exit;
  }
}
