import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process that works on the queues, to be killed. */
export class WorkerProcess {
  /** The keys that it was given so far. */
  readonly keys: string[] = [];
  readonly #child: ChildProcess;

  constructor(redisPort: number, prefix: string) {
    const loader = createRequire(import.meta.url).resolve('tsx');
    const file = fileURLToPath(new URL('count-runs.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--conditions=@forebay/source', '--import', loader, file, String(redisPort), prefix],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    createInterface({ input: child.stdout }).on('line', (line) => this.keys.push(line));
    this.#child = child;
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
