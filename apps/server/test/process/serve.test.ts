import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startServer, type Answer, type RunningServer } from './running-server.js';

let server: RunningServer | undefined;

const start = async (...given: Parameters<typeof startServer>): Promise<RunningServer> => {
  server = await startServer(...given);
  return server;
};

afterEach(async () => {
  await server?.end();
  server = undefined;
});

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

/** Sends requests on kept-alive and on new connections until the returned function is called; gives what failed. */
const keepAsking = (asked: RunningServer): (() => Promise<{ failures: unknown[]; answers: Answer[] }>) => {
  const failures: unknown[] = [];
  const answers: Answer[] = [];
  const asking = new AbortController();
  const client = async (agent?: Agent): Promise<void> => {
    while (!asking.signal.aborted) {
      try {
        answers.push(await asked.get('/setting', agent));
      } catch (error) {
        failures.push(error);
      }
    }
    agent?.destroy();
  };
  const clients = [client(), client(new Agent({ keepAlive: true }))];
  return async () => {
    asking.abort();
    await Promise.all(clients);
    return { failures, answers };
  };
};

describe.each([1, 2])('a server with NUM_WORKERS=%i', (numWorkers) => {
  it('lets every process be asked and told by any of them', async () => {
    const running = await start({ numWorkers });
    const who = await running.get('/who');
    expect(who.body).toHaveLength(numWorkers + 1);
    const pids = new Set((who.body as { pid: number }[]).map(({ pid }) => pid));
    expect(pids.size).toBe(numWorkers === 1 ? 1 : 3);

    await running.get('/tell?text=news');
    await expect.poll(() => running.get('/remembered')).toMatchObject({ body: 'news' });
    await expect.poll(() => running.get('/remembered')).toMatchObject({ body: 'news' });
  });

  it('answers what is in flight when told to stop, after saying that it is not ready, and exits 0', async () => {
    const running = await start({ numWorkers, drainDelay: '300ms' });
    const slow = running.get('/slow?ms=700');
    const idle = new Agent({ keepAlive: true });
    await running.get('/pid', idle);
    // One key press, as it arrives from a terminal and from a package manager.
    running.process.kill('SIGINT');
    running.process.kill('SIGINT');
    await running.line('server_draining');
    await expect.poll(() => running.get('/health/ready')).toMatchObject({ status: 503 });
    expect(await slow).toEqual({ status: 200, body: 'slow' });
    expect(await running.exit).toBe(0);
    await expect(running.get('/pid')).rejects.toThrow('ECONNREFUSED');
    idle.destroy();
  });

  it('cuts what takes longer than SHUTDOWN_TIMEOUT and exits 1', async () => {
    const running = await start({ numWorkers, shutdownTimeout: '200ms' });
    const slow = running.get('/slow?ms=60000').catch((error: Error) => error.message);
    await running.get('/pid');
    running.process.kill('SIGTERM');
    expect(await slow).toMatch(/socket hang up|ECONNRESET/);
    expect(await running.exit).toBe(1);
  });

  it('exits at once when signalled a second time', async () => {
    const running = await start({ numWorkers, shutdownTimeout: '1h' });
    const slow = running.get('/slow?ms=60000').catch((error: Error) => error.message);
    await running.get('/pid');
    running.process.kill('SIGTERM');
    await running.line('server_draining');
    running.process.kill('SIGTERM');
    expect(await running.exit).toBe(1);
    await slow;
  });

  it('reloads its configuration on SIGHUP without dropping a request', async () => {
    const running = await start({ numWorkers, maxServerSwitches: 3 }, { linger: 1000 });
    const slow = running.get('/slow?ms=1500');
    const stopAsking = keepAsking(running);
    await running.configure({ numWorkers, maxServerSwitches: 7 });
    running.process.kill('SIGHUP');
    await running.line('reload_done');
    await expect.poll(() => running.get('/setting'), { timeout: 10_000 }).toMatchObject({ body: 7 });
    await running.configure({ numWorkers, maxServerSwitches: 9 });
    running.process.kill('SIGHUP');
    await expect.poll(() => running.get('/setting'), { timeout: 10_000 }).toMatchObject({ body: 9 });
    expect(await slow).toEqual({ status: 200, body: 'slow' });
    const { failures, answers } = await stopAsking();
    expect(failures).toEqual([]);
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([3, 7, 9]));
  });

  it('moves to another port on SIGHUP', async () => {
    const running = await start({ numWorkers }, { linger: 100 });
    const port = await freePort();
    const slow = running.get('/slow?ms=1000');
    await running.get('/pid');
    await running.configure({ numWorkers, port });
    running.process.kill('SIGHUP');
    await running.line('reload_done');
    expect(await running.get('/pid', undefined, port)).toMatchObject({ status: 200 });
    expect(await slow).toMatchObject({ body: 'slow' });
    await expect.poll(() => running.get('/pid').catch(String), { timeout: 10_000 }).toContain('ECONNREFUSED');
  });

  it('refuses an invalid configuration on SIGHUP and keeps the old one', async () => {
    const running = await start({ numWorkers, maxServerSwitches: 3 });
    await running.configure({ numWorkers, maxServerSwitches: 'many', ports: 1 });
    running.process.kill('SIGHUP');
    const refused = await running.line('reload_refused');
    expect(refused.msg).toContain('2 problems');
    expect(refused.msg).toContain('MAX_SERVER_SWITCHES = "many"');
    expect(await running.get('/setting')).toMatchObject({ body: 3 });
  });

  it('keeps the old configuration when no node can be started with the new one', async () => {
    const running = await start({ numWorkers, maxServerSwitches: 3 });
    await running.configure({ numWorkers, maxServerSwitches: 13 });
    running.process.kill('SIGHUP');
    expect((await running.line('reload_refused')).msg).toContain('13 brings bad luck');
    expect(await running.get('/setting')).toMatchObject({ body: 3 });
    expect(await running.get('/who')).toMatchObject({ body: { length: numWorkers + 1 } });
  });

  it('says which port is taken and exits 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const running = await start({ numWorkers, port }, {}, false);
    const failed = await running.line('server_start_failed');
    expect(failed.msg).toContain(`port ${port} is in use by another program; choose another with PORT`);
    expect(await running.exit).toBe(1);
    expect(running.lines.filter(({ event }) => event === 'worker_died')).toEqual([]);
    other.close();
  });
});

it('in one process ends when it crashes, for whoever minds it to start it again', async () => {
  const running = await start({ numWorkers: 1 });
  await running.get('/crash').catch(() => undefined);
  expect((await running.line('uncaught_exception'))['err']).toMatchObject({ message: 'crash on request' });
  expect(await running.exit).toBe(1);
});

describe('a fleet of workers', () => {
  it('replaces a worker that crashes while the others serve on', async () => {
    const running = await start({ numWorkers: 2 }, { firstRestart: 50 });
    await running.get('/crash').catch(() => undefined);
    const fatal = await running.line('uncaught_exception');
    expect(fatal['err']).toMatchObject({ message: 'crash on request' });
    const died = await running.line('worker_died');
    expect(died).toMatchObject({ deaths: 1, restart_in_ms: 50 });
    await running.line(
      'worker_ready',
      (line) => line['worker'] === died['worker'] && line['worker_pid'] !== died['worker_pid'],
    );
    const { body } = await running.get('/workers');
    const restarts = (body as { restarts: number }[]).map((worker) => worker.restarts);
    expect(new Set(restarts)).toEqual(new Set([0, 1]));
  });

  it('replaces a worker whose event loop hangs', async () => {
    const running = await start({ numWorkers: 2 }, { heartbeat: 50, hangAfter: 600, firstRestart: 10 });
    const hung = running.get('/hang').catch((error: Error) => error.message);
    const { worker, worker_pid: pid } = await running.line('worker_hung');
    await running.line('worker_ready', (line) => line['worker'] === worker && line['worker_pid'] !== pid);
    expect(await hung).toMatch(/socket hang up|ECONNRESET/);
    expect(await running.get('/who')).toMatchObject({ status: 200 });
  });

  it('ends with its primary', async () => {
    const running = await start({ numWorkers: 2 });
    running.process.kill('SIGKILL');
    await running.exit;
    await expect
      .poll(() =>
        running.get('/pid').then(
          () => 'serves',
          () => 'gone',
        ),
      )
      .toBe('gone');
  });
});
