import { Agent, request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Certificate } from '../support/certificate.js';
import { eventually, Forebay } from '../support/forebay.js';
import { Origin, pictureOf } from '../support/origin.js';

const RATE = 500;
const AGENTS = 16;
/** Requests under way at once. Without a bound they heap up on a machine that is busy, and are asked long after their time. */
const AT_ONCE = 64;

let origin: Origin;
let certificate: Certificate;
let forebay: Forebay;

beforeAll(async () => {
  origin = await Origin.start();
  certificate = await Certificate.make('first');
  forebay = await Forebay.start({
    ...certificate.variables,
    NUM_WORKERS: '2',
    UPSTREAM_SERVERS: origin.url,
    DRAIN_DELAY: '2s',
  });
});

afterAll(async () => {
  await forebay.end();
  await origin.die();
});

interface Outcomes {
  asked: number;
  answered: number;
  /** Whether a worker is being killed. */
  killing: boolean;
  readonly failures: string[];
}

/**
 * So many requests a second over connections that are kept, while `during` runs; fewer when so many are under way that this
 * machine cannot do more.
 */
async function atAConstantRate(during: (outcomes: Outcomes) => Promise<void>): Promise<Outcomes> {
  const outcomes: Outcomes = { asked: 0, answered: 0, killing: false, failures: [] };
  const agents = Array.from(
    { length: AGENTS },
    () => new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false }),
  );
  const under = new Set<Promise<void>>();
  const begun = performance.now();
  let spared = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begun) / 1000) * RATE);
    while (outcomes.asked + spared < due) {
      if (under.size >= AT_ONCE) {
        spared += 1;
        continue;
      }
      const one = ask(outcomes.asked, agents, outcomes).finally(() => under.delete(one));
      under.add(one);
      outcomes.asked += 1;
    }
  }, 2);
  try {
    await during(outcomes);
  } finally {
    clearInterval(timer);
    await Promise.all(under);
    for (const agent of agents) agent.destroy();
  }
  return outcomes;
}

/**
 * Asks once more, as every HTTP client does (RFC 9110 section 9.2.2), when a connection that was kept turns out to be gone:
 * any connection while a worker is killed, for whatever was under way on it is lost with it.
 */
async function ask(count: number, agents: readonly Agent[], outcomes: Outcomes): Promise<void> {
  // Nearly all are hits; some go up.
  const path = `/t/p/w500/${count % 50 === 0 ? `new-${count}` : count % 20}.png`;
  const first = await once(path, agents[count % agents.length] ?? false, outcomes);
  const outcome = first === 'lost' ? await once(path, false, outcomes) : first;
  if (outcome === 'answered') outcomes.answered += 1;
  else outcomes.failures.push(`${path}: ${outcome}`);
}

function once(path: string, agent: Agent | false, outcomes: Outcomes): Promise<string> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port: forebay.port, path, agent, rejectUnauthorized: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => resolve(outcomes.killing ? 'lost' : `broke off: ${error.message}`));
        response.on('end', () => {
          const right = response.statusCode === 200 && Buffer.concat(chunks).equals(pictureOf(path));
          resolve(right ? 'answered' : `${response.statusCode} ${Buffer.concat(chunks).toString('utf8', 0, 200)}`);
        });
      },
    );
    asked.on('error', (error) => resolve(asked.reusedSocket || outcomes.killing ? 'lost' : error.message));
    asked.end();
  });
}

const status = async (): Promise<unknown> => (await forebay.ask('/status')).json();
const seen = (event: string): number => forebay.output.filter((line) => line.includes(`"event":"${event}"`)).length;
const passed = (outcomes: Outcomes, count: number): Promise<number> => {
  const goal = outcomes.answered + count;
  return eventually(
    async () => outcomes.answered,
    (answered) => answered >= goal,
    `${count} more requests were answered`,
  );
};

describe(`at ${RATE} requests a second over TLS, no request fails`, () => {
  it('while the configuration is reloaded, the certificate changes, and a worker is killed and replaced', async () => {
    const outcomes = await atAConstantRate(async (soFar) => {
      await passed(soFar, 100);
      forebay.process.kill('SIGHUP');
      await forebay.event('reload_done');
      await passed(soFar, 100);

      const before = seen('certificate_reloaded');
      await certificate.renew('second');
      await eventually(
        async () => seen('certificate_reloaded') - before,
        (reloaded) => reloaded >= 2,
        'both workers have the new certificate',
      );
      await passed(soFar, 100);

      const { workers } = (await status()) as { workers: { pid: number }[] };
      soFar.killing = true;
      process.kill(workers[0]?.pid ?? Number.NaN, 'SIGKILL');
      await forebay.event('worker_died');
      await eventually(
        async () => ((await status()) as { workers: { state: string }[] }).workers,
        (now) => now.length === 2 && now.every(({ state }) => state === 'ready'),
        'the worker was replaced',
      );
      soFar.killing = false;
      await passed(soFar, 100);
    });
    expect(outcomes.failures).toEqual([]);
    expect(outcomes.answered).toBe(outcomes.asked);
  }, 60_000);

  it('while it stops, and whoever spreads the load asks whether it is ready', async () => {
    const outcomes = await atAConstantRate(async (soFar) => {
      await passed(soFar, 100);
      forebay.process.kill('SIGTERM');
      const ready = async (): Promise<number> => (await forebay.ask('/health/ready')).status;
      await eventually(ready, (answer) => answer === 503, 'the server says that it stops');
    });
    expect(outcomes.failures).toEqual([]);
    expect(outcomes.answered).toBe(outcomes.asked);
    expect(await forebay.exit).toBe(0);
  });
});
