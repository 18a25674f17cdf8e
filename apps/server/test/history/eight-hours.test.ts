import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it } from 'vitest';
import { Alerts } from '../../src/alerts/alerts.js';
import { loadConfig } from '../../src/config/index.js';
import { EventClients } from '../../src/history/event-clients.js';
import { Findings } from '../../src/history/findings.js';
import { Observatory } from '../../src/history/observatory.js';
import { overviewOf } from '../../src/history/overview.js';
import { OverviewStream } from '../../src/history/stream.js';
import { createLogger } from '../../src/log/logger.js';
import { Exposition } from '../../src/metrics/exposition.js';
import { Traffic } from '../../src/metrics/traffic.js';
import type { ProcessName } from '../../src/process/messages.js';
import { createHub } from '../../src/process/hub.js';
import { joinLocally } from '../../src/process/local-member.js';
import type { WorkerStatus } from '../../src/process/roles.js';
import { workerSample } from '../../src/topics.js';
import { EventEmitter } from 'node:events';
import { factsOf, upstreamOf } from '../support/facts.js';

const SECONDS = 8 * 60 * 60;
const START = Date.UTC(2026, 0, 1);
const MiB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapUsed = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

const ends: (() => void)[] = [];
afterAll(() => {
  for (const end of ends) end();
});

/** Somebody who listens for a while. */
class Listener extends EventEmitter {
  readonly writableLength = 0;
  longest = 0;
  writeHead(): void {}
  write(text: string): void {
    this.longest = Math.max(this.longest, text.length);
  }
  end(): void {
    this.destroy();
  }
  destroy(): void {
    this.emit('close');
  }
}

it('eight hours of traffic, of workers that die and listeners that come and go, leave nothing behind', async () => {
  const { config } = await loadConfig({ env: { CACHE_ENABLED: 'false' }, cwd: '/nowhere', terminal: false });
  const logger = createLogger({ level: 'silent', format: 'json', colour: false });
  const hub = createHub();
  const { bus } = joinLocally(hub, 'primary', logger);
  let second = 0;

  // A worker that is replaced now and then, and counts on under another name.
  const [first] = factsOf().workers as [WorkerStatus];
  const workers: WorkerStatus[] = [];
  let traffic = new Traffic();
  let leave = (): void => undefined;
  const replace = (): ProcessName => {
    const name: ProcessName = `worker-0.${second + 1}`;
    leave();
    const member = joinLocally(hub, name, logger);
    leave = () => member.leave();
    traffic = new Traffic();
    workers.splice(0, 1, { ...first, name, restarts: second });
    const { budgets, inFlight, upstreams } = factsOf();
    member.bus.handle(workerSample, () => ({
      budgets,
      inFlight,
      // An upstream that comes and goes raises alerts and resolves them.
      upstreams: [...upstreams, upstreamOf({ name: 'two.example', available: second % 200 < 100 })],
      counts: { routes: structuredClone(traffic.counts()), tiers: {}, shed: 0 },
      usable: [],
      tiers: [],
      redisLatencyMs: undefined,
      streaming: { sessions: second % 50, transfers: 1 },
    }));
    return name;
  };
  replace();

  const observatory = new Observatory({
    bus,
    config,
    fleet: { workers: () => workers, startedAt: new Date(START) },
    now: () => START + second * 1000,
  });
  const { recorder } = observatory;
  const findings = new Findings();
  const alerts = new Alerts(config.alerts, logger);
  const stream = new OverviewStream(bus, {
    overview: (facts) => overviewOf(facts, recorder, findings.assess(facts), alerts.list()),
    series: () => recorder.series(),
    look: () => observatory.look(),
  });
  const clients = new EventClients(bus);
  observatory.onTick((facts) => {
    alerts.look(facts, recorder.recent(300));
    stream.publish(facts);
  });
  ends.push(
    () => clients.close(),
    () => stream.close(),
    () => leave(),
  );

  let requests = 0;
  let longest = 0;
  let listener = new Listener();
  let early = 0;
  for (; second < SECONDS; second += 1) {
    if (second % 900 === 899) replace();
    if (second % 60 === 0) {
      listener.destroy();
      longest = Math.max(longest, listener.longest);
      listener = new Listener();
      expect(await clients.add(listener, undefined, {})).toBe(true);
    }
    const route = traffic.route('images');
    for (let request = 0; request < 5; request += 1) {
      const target = `/t/p/w92/${second}-${request}.jpg`;
      const outcome = request === 0 ? 'MISS' : 'HIT';
      const source = request === 0 ? 'upstream' : 'disk';
      const id = `${second}-${request}`;
      const durationMs = request + (second % 7);
      const known = { requestId: id, method: 'GET', target, status: 200, bytes: 10_000, error: undefined };
      route.answered({ ...known, outcome, source, durationMs });
      requests += 1;
    }
    route.attempted({ origin: 'one.example', statusCode: 200, error: undefined, durationMs: 20, kind: 'first' });
    await observatory.tick();
    // After an hour, every ring but that of the day is full.
    if (second === 3600) early = heapUsed();
  }

  const state = observatory.state();
  expect(state.ledger.live).toHaveLength(1);
  expect(state.recorder.seconds).toHaveLength(300);
  expect(state.recorder.slots).toHaveLength(SECONDS / 300 - 1);
  expect(state.recorder.upstreams.map(([, items]) => items.length)).toEqual([60]);
  expect(alerts.list().history.length).toBeLessThanOrEqual(100);
  const facts = await observatory.look();
  expect(facts.counts.routes['images']?.requests).toBe(requests);
  const text = await new Exposition().text({ ...facts, alerts: alerts.list().active });
  expect(text.split('\n').length).toBeLessThan(500);
  expect(longest).toBeLessThan(256 * 1024);
  expect(heapUsed() - early).toBeLessThan(4 * MiB);
}, 60_000);
