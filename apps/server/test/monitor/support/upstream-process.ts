import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { guardProcess, releaseProcess } from '../../support/redis.js';

/** An image origin in a process of its own. It prints its port. */
const PROGRAM = `
  const picture = Buffer.alloc(2000, 1);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(picture);
  const server = require('node:http').createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': picture.length });
    response.end(picture);
  });
  server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log(server.address().port));
`;

/** An upstream that can be killed as no server inside the test can, and come back at the same port. */
export class UpstreamProcess {
  #child: ChildProcess | undefined;
  #port = 0;

  static async start(): Promise<UpstreamProcess> {
    const upstream = new UpstreamProcess();
    await upstream.run();
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get name(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async run(): Promise<void> {
    const child = spawn(process.execPath, ['-e', PROGRAM, String(this.#port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) {
      guardProcess(pid);
      child.once('exit', () => releaseProcess(pid));
    }
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    this.#port = Number(line.toString());
  }

  /** kill -9 */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
