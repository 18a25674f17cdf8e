import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Ends what the tests started even when the test process is killed: a child of its own notices that the pipe to its
 * parent closed, kills every process it was told of and removes their folders.
 */
const script = `
const { rmSync } = require('node:fs');
const pids = new Set(), folders = new Set();
let text = '';
process.stdin.on('data', (chunk) => {
  text += chunk;
  for (let end; (end = text.indexOf('\\n')) >= 0; text = text.slice(end + 1)) {
    const [verb, what] = [text.slice(0, 1), text.slice(1, end)];
    if (verb === '+') pids.add(Number(what));
    if (verb === '-') pids.delete(Number(what));
    if (verb === '/') folders.add('/' + what);
  }
});
process.stdin.on('end', () => {
  for (const pid of pids) try { process.kill(pid, 'SIGKILL'); } catch {}
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  process.exit();
});
`;

let guard: ChildProcess | undefined;

const tell = (line: string): void => {
  if (!guard) {
    guard = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guard.unref();
    const pipe = guard.stdin as unknown as { unref?: () => void };
    pipe.unref?.();
  }
  guard.stdin?.write(`${line}\n`);
};

export const guardProcess = (pid: number): void => tell(`+${pid}`);
export const releaseProcess = (pid: number): void => tell(`-${pid}`);
/** An absolute path, removed at the very end. */
export const guardFolder = (path: string): void => tell(path);
