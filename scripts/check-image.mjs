// Builds the file tree of the container image without a container engine, by the steps of the Dockerfile itself, and
// runs the server in it as the image would: in a root of its own, as a user without rights, with nothing writable but
// the cache. Wants root, for chroot; elsewhere it only builds and measures.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const MAX_BYTES = 200_000_000;
/** What gcr.io/distroless/nodejs20-debian12 weighs besides Node itself: libc, OpenSSL, certificates, time zones. */
const BASE_BYTES = 32_000_000;
const USER = 65532;
const KEEP = process.argv.includes('--keep');

const work = mkdtempSync(join(tmpdir(), 'forebay-image-'));
const say = (text) => process.stdout.write(`${text}\n`);
const fail = (text) => {
  throw new Error(text);
};
const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.isSymbolicLink(),
  );

try {
  const dockerfile = readFileSync('Dockerfile', 'utf8');
  const context = join(work, 'checkout');
  const root = join(work, 'root');
  const app = join(root, 'app');
  mkdirSync(app, { recursive: true });
  copyContext(context);

  const step =
    /^RUN (sh \S+) \/out && mkdir \/cache$/m.exec(dockerfile)?.[1] ??
    fail('the Dockerfile builds in another way than this script knows');
  const [shell, script] = step.split(' ');
  execFileSync(shell, [script, app], { cwd: context, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });

  const bytes = files(app).reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  const node = statSync(process.execPath).size;
  const total = bytes + node + BASE_BYTES;
  const mb = (size) => `${(size / 1e6).toFixed(1)} MB`;
  say(`application ${mb(bytes)}, node ${mb(node)}, base about ${mb(BASE_BYTES)}: ${mb(total)}`);
  if (total > MAX_BYTES) fail(`the image would have ${mb(total)}; at most ${mb(MAX_BYTES)} are allowed`);
  const managers = files(app).filter(
    ({ name, parentPath }) => /^(?:npm|npx|pnpm|yarn)(?:\.c?js)?$/.test(name) && /bin/.test(parentPath),
  );
  if (managers.length > 0) fail(`a package manager is in the image: ${managers[0].parentPath}/${managers[0].name}`);

  if (process.getuid?.() === 0) await runInside(root, dockerfile);
  else say('not root: the tree was built and measured, not run');
} finally {
  if (KEEP) say(`kept in ${work}`);
  else rmSync(work, { recursive: true, force: true });
}

/** What `docker build` would send: what Git has, without what .dockerignore leaves out. */
function copyContext(to) {
  const rules = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keep: line.startsWith('!'), pattern: toPattern(line.replace(/^!/, '')) }));
  const ignored = (file) => rules.reduce((out, { keep, pattern }) => (pattern.test(file) ? !keep : out), false);
  const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of tracked.split('\0').filter((name) => name !== '' && existsSync(name) && !ignored(name))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(file, join(to, file));
  }
}

function toPattern(glob) {
  const body = glob
    .split('**/')
    .map((part) => part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*'))
    .join('(?:.*/)?');
  return new RegExp(`^${body}(?:/.*)?$`);
}

/** Puts Node and its libraries where the image has them, starts the server, asks for its health, and stops it. */
async function runInside(root, dockerfile) {
  const put = (from, to = from) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    cpSync(from, join(root, to), { dereference: true });
  };
  put(process.execPath, '/nodejs/bin/node');
  for (const [, library] of execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).matchAll(/(\/\S+)(?= \()/g))
    put(library);
  for (const name of ['/etc/ssl/certs/ca-certificates.crt', '/etc/nsswitch.conf']) if (existsSync(name)) put(name);
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
  for (const folder of ['cache', 'tmp', 'dev']) mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ['cache', 'tmp']) chownSync(join(root, folder), USER, USER);
  for (const folder of [root, join(root, 'app')]) chmodSync(folder, 0o755);
  chmodSync(dirname(root), 0o755);
  for (const [device, minor] of [
    ['null', '3'],
    ['urandom', '9'],
  ])
    execFileSync('mknod', ['-m', '666', join(root, 'dev', device), 'c', '1', minor]);

  const argumentsOf = (instruction) =>
    JSON.parse(new RegExp(`${instruction} (\\[.*\\])`).exec(dockerfile)?.[1] ?? fail(`no ${instruction}`));
  const entry = argumentsOf('ENTRYPOINT');
  const check = argumentsOf('\\sCMD');
  const environment = Object.fromEntries(
    [...(/^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '').matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
  const port = await freePort();
  const inside = { env: { ...environment, PORT: String(port), HOST: '127.0.0.1', LOG_FORMAT: 'json' } };
  const chroot = execFileSync('sh', ['-c', 'command -v chroot'], { encoding: 'utf8' }).trim();
  const command = (args) => [`--userspec=${USER}:${USER}`, root, ...args];

  const server = spawn(chroot, command(entry), { ...inside, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  server.stdout.on('data', (chunk) => (output += chunk));
  const ended = once(server, 'exit');
  try {
    const deadline = Date.now() + 30_000;
    while (!output.includes('server_listening')) {
      if (Date.now() > deadline || server.exitCode !== null)
        fail(`the server did not start in the image's tree:\n${output}`);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
    execFileSync(chroot, command(check), { ...inside, stdio: 'inherit' });
    const poster =
      /"(\/t\/p\/w500\/[^"]+)"/.exec(output)?.[1] ?? /\/t\/p\/w500\/\S+/.exec(output)?.[0] ?? '/3/movie/popular';
    const answer = await fetch(`http://127.0.0.1:${port}${poster}`);
    if (answer.status !== 200) fail(`${poster} answered ${answer.status} in the image's tree`);
    await answer.arrayBuffer();
    server.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) fail(`the server ended with ${code} after SIGTERM:\n${output}`);
    say(`starts as user ${USER}, is healthy, serves ${poster} and stops with 0`);
  } catch (error) {
    process.stderr.write(output);
    throw error;
  } finally {
    server.kill('SIGKILL');
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}
