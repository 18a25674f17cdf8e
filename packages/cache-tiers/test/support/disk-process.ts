import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface DiskProcess {
  readonly child: ChildProcess;
  /** The lines that it prints. */
  readonly lines: AsyncIterableIterator<string>;
  /** Resolves to the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

/** Runs a script of this folder in a process of its own, which ends with the test at the latest. */
export function diskProcess(script: string, ...parameters: readonly (string | number)[]): DiskProcess {
  const loader = createRequire(import.meta.url).resolve('tsx');
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(
    process.execPath,
    ['--conditions=@forebay/source', '--import', loader, file, ...parameters.map(String)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | string | null>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended };
}
