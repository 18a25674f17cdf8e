import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/index.js';
import { Fleet } from '../../src/process/fleet.js';
import { createHub } from '../../src/process/hub.js';
import { shareOut } from '../../src/process/shares.js';
import { StartError } from '../../src/process/start-error.js';
import { defaultTimings, restartDelay, type Timings } from '../../src/process/timings.js';
import type { ToPrimary, ToWorker } from '../../src/process/wire.js';
import type { WorkerEnd, WorkerProcess } from '../../src/process/worker-handle.js';

/** A worker as the primary sees it, played by the test. */
class FakeProcess implements WorkerProcess {
  readonly pid = 1;
  readonly sent: ToWorker[] = [];
  say: (message: ToPrimary) => void = () => undefined;
  end: (end: WorkerEnd) => void = () => undefined;

  send(message: ToWorker): void {
    this.sent.push(message);
  }

  kill(signal: NodeJS.Signals): void {
    this.end({ code: null, signal });
  }

  onMessage(listener: (message: ToPrimary) => void): void {
    this.say = listener;
  }

  onExit(listener: (end: WorkerEnd) => void): void {
    this.end = listener;
  }

  beReady(): void {
    this.say({ type: 'hello' });
    this.say({ type: 'ready', listening: { port: 3000, managementPort: undefined } });
  }
}

const { config, entries } = await loadConfig({ env: { NUM_WORKERS: '2' }, cwd: '/nowhere', terminal: false });

const createFleet = (timings: Partial<Timings> = {}) => {
  const processes: FakeProcess[] = [];
  const events: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void events.push(JSON.parse(line).event) });
  const spawn = (): WorkerProcess => {
    const process = new FakeProcess();
    processes.push(process);
    return process;
  };
  const fleet = new Fleet(
    { config, entries },
    { spawn, hub: createHub(), logger, timings: { ...defaultTimings, ...timings } },
  );
  return { fleet, processes, events };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a fleet', () => {
  it('gives each worker its slot and its share', async () => {
    const { fleet, processes } = createFleet();
    const started = fleet.start();
    for (const process of processes) process.beReady();
    expect(await started).toEqual({ port: 3000, managementPort: undefined });
    expect(processes.map(({ sent }) => sent[0])).toMatchObject([
      { type: 'start', slot: 0, shares: { workers: 2, memoryBytes: config.memory.bytes / 2, memoryEntries: 500 } },
      { type: 'start', slot: 1 },
    ]);
    expect(fleet.workers().map(({ state }) => state)).toEqual(['ready', 'ready']);
    fleet.kill();
  });

  it('does not try again what says that it cannot start', async () => {
    const { fleet, processes } = createFleet();
    const started = fleet.start();
    processes[0]?.say({ type: 'failed', code: 'FOREBAY_START_FAILED', message: 'port 3000 is in use' });
    await expect(started).rejects.toThrow(new StartError('port 3000 is in use'));
    fleet.kill();
    expect(processes).toHaveLength(2);
  });

  it('waits for a worker that is ready before it lets the last generation go', async () => {
    const { fleet, processes } = createFleet();
    const started = fleet.start();
    for (const process of processes) process.beReady();
    await started;
    const reloaded = fleet.reload({ config, entries });
    processes[2]?.beReady();
    await vi.advanceTimersByTimeAsync(1000);
    expect(processes[0]?.sent.some(({ type }) => type === 'drain')).toBe(false);
    processes[3]?.beReady();
    await reloaded;
    expect(processes[0]?.sent.at(-1)).toMatchObject({ type: 'drain', reason: 'reload', delay: 0 });
    expect(fleet.workers().map(({ state }) => state)).toEqual(['ready', 'ready', 'draining', 'draining']);
    fleet.kill();
  });

  it('changes its size with a reload', async () => {
    const { fleet, processes } = createFleet();
    const started = fleet.start();
    for (const process of processes) process.beReady();
    await started;
    const reloaded = fleet.reload({ config: { ...config, server: { ...config.server, workers: 1 } }, entries });
    processes[2]?.beReady();
    await reloaded;
    expect(processes[2]?.sent[0]).toMatchObject({ shares: { workers: 1, memoryBytes: config.memory.bytes } });
    for (const process of processes.slice(0, 2)) process.end({ code: 0, signal: null });
    await vi.waitFor(() => expect(fleet.workers()).toHaveLength(1));
    expect(processes).toHaveLength(3);
    fleet.kill();
  });

  it('stays with the old generation when one of the new workers dies', async () => {
    const { fleet, processes, events } = createFleet();
    const started = fleet.start();
    for (const process of processes) process.beReady();
    await started;
    const reloaded = fleet.reload({ config, entries });
    processes[2]?.end({ code: 1, signal: null });
    await expect(reloaded).rejects.toThrow('ended before it was ready (exit status 1)');
    expect(fleet.workers().map(({ state }) => state)).toEqual(['ready', 'ready']);
    expect(events).not.toContain('worker_died');
    fleet.kill();
  });

  it('kills a worker that does not leave in time', async () => {
    const { fleet, processes } = createFleet();
    const started = fleet.start();
    for (const process of processes) process.beReady();
    await started;
    const stopped = fleet.stop();
    processes[0]?.end({ code: 0, signal: null });
    await vi.advanceTimersByTimeAsync(config.server.shutdownTimeout + 5000);
    expect(await stopped).toBe(false);
  });

  it('does not take its own pause for the silence of workers', async () => {
    const { fleet, processes, events } = createFleet();
    const started = fleet.start();
    for (const process of processes) process.beReady();
    await started;
    const now = performance.now() + 3_600_000;
    vi.spyOn(performance, 'now').mockReturnValue(now);
    await vi.advanceTimersByTimeAsync(defaultTimings.heartbeat);
    expect(events).not.toContain('worker_hung');
    vi.restoreAllMocks();
    fleet.kill();
  });
});

describe('replacing dead workers', () => {
  it('goes on slowly and loudly when they keep dying', async () => {
    vi.useRealTimers();
    const { fleet, processes, events } = createFleet({ firstRestart: 1, slowestRestart: 4 });
    const started = fleet.start();
    for (const process of processes) process.beReady();
    await started;
    for (let deaths = 1; deaths <= 6; deaths += 1) {
      processes.at(-1)?.end({ code: 1, signal: null });
      await expect.poll(() => processes, { interval: 2 }).toHaveLength(2 + deaths);
    }
    const told = events.filter((event) => event === 'worker_died' || event === 'worker_crash_loop');
    expect(told).toEqual([...Array(4).fill('worker_died'), 'worker_crash_loop', 'worker_crash_loop']);
    expect(fleet.workers().map(({ restarts }) => restarts)).toEqual([0, 6]);
    fleet.kill();
  });

  it('doubles the wait up to a bound', () => {
    const delays = [1, 2, 3, 8, 9, 10, 1000].map((deaths) => restartDelay(deaths, defaultTimings));
    expect(delays).toEqual([100, 200, 400, 12_800, 25_600, 30_000, 30_000]);
  });
});

describe('shares', () => {
  it('are never less than one', () => {
    const tight = { ...config, upstream: { ...config.upstream, connections: 3, connectionsPerHost: 3 } };
    expect(shareOut(tight, 4)).toMatchObject({ workers: 4, connections: 1, connectionsPerHost: 1 });
  });
});
