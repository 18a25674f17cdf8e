// What the tests need from the system. As root on Debian it is installed; elsewhere the script says what is missing.
import { spawnSync } from 'node:child_process';

const tools = [
  {
    command: 'redis-server',
    packageName: 'redis-server',
    needed: 'the Redis tier is tested against a real server and a real cluster',
  },
  { command: 'chromium', packageName: 'chromium', needed: 'pages and players are tested in a real browser' },
  { command: 'nginx', packageName: 'nginx-light', needed: 'the configuration for it is tried' },
  { command: 'ffmpeg', packageName: 'ffmpeg', needed: 'streams are tested with a second player' },
];

const onPath = (command) => spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
const missing = tools.filter((tool) => !onPath(tool.command));

if (missing.length > 0) {
  const names = missing.map((tool) => tool.packageName);
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const run = (...args) => spawnSync('apt-get', args, { stdio: 'ignore', env: environment }).status === 0;
    process.stdout.write(`installing ${names.join(', ')} with apt-get\n`);
    if (!run('install', '-y', '-qq', ...names)) {
      run('update', '-qq');
      run('install', '-y', '-qq', ...names);
    }
  }
  const still = tools.filter((tool) => !onPath(tool.command));
  for (const tool of still)
    process.stderr.write(
      `${tool.command} is missing (${tool.needed}): install the package ${tool.packageName}, e.g. apt-get install ${tool.packageName}\n`,
    );
  if (still.length > 0) process.exit(1);
}
