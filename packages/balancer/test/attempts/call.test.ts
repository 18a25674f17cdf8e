import { getEventListeners, setMaxListeners } from 'node:events';
import {
  AllFailedError,
  createBalancer,
  isBalancerError,
  NoEndpointError,
  type BalancerOptions,
  type LoadBalancer,
} from '@forebay/balancer';
import { describe, expect, it } from 'vitest';
import { ManualClock, settled } from '../support/manual-clock.js';
import { failTimes } from '../support/picks.js';

interface Named {
  readonly name: string;
}

const down = new Error('down');
const never = (): Promise<never> => new Promise(() => {});

function make(
  names = 'abc',
  options: Partial<BalancerOptions<Named>> = {},
): { balancer: LoadBalancer<Named>; clock: ManualClock } {
  const clock = new ManualClock();
  const endpoints = Array.from(names, (name) => ({ name }));
  return { balancer: createBalancer<Named>({ endpoints, clock, random: () => 0.5, ...options }), clock };
}

describe('call', () => {
  it('resolves with what the function gives, with or without a promise', async () => {
    const { balancer } = make();
    expect(await balancer.call(({ name }) => name)).toBe('a');
    expect(await balancer.call(async ({ name }, { attempt }) => `${name}${attempt}`)).toBe('b0');
  });

  it('tries each endpoint once before any of them again, and tells all errors', async () => {
    const { balancer, clock } = make('abc', { retry: { attempts: 4 } });
    const tried: string[] = [];
    const call = balancer.call(({ name }, { attempt }) => {
      tried.push(name);
      throw new Error(`${name} ${attempt}`);
    });
    const caught = call.catch((error: unknown) => error);
    await settled();
    expect(tried.toSorted()).toEqual(['a', 'b', 'c']);
    await clock.advance(100);
    const error = await caught;
    expect(tried).toHaveLength(4);
    expect(error).toBeInstanceOf(AllFailedError);
    expect(isBalancerError(error)).toBe(true);
    expect(error).toMatchObject({
      code: 'FOREBAY_ALL_FAILED',
      errors: tried.map((name, index) => new Error(`${name} ${index}`)),
    });
    expect((error as Error).cause).toEqual(new Error(`${tried[3]} 3`));
  });

  it('refuses at once, without a stack, when none may be tried', async () => {
    const { balancer } = make('a', { panicThreshold: 0, breaker: { jitter: 0 } });
    failTimes(balancer, 'a', 3);
    const seen: unknown[] = [];
    balancer.on('exhausted', ({ error }) => seen.push(error));
    const error = await balancer.call(() => 1).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoEndpointError);
    expect(error).toMatchObject({ code: 'FOREBAY_NO_ENDPOINT', retryAfterMs: 300_000 });
    expect((error as Error).stack).not.toContain('\n');
    expect(seen).toEqual([error]);
  });

  it('makes one attempt only when the call is not idempotent', async () => {
    const { balancer } = make();
    let attempts = 0;
    const call = balancer.call(() => Promise.reject(new Error(String(++attempts))), {
      idempotent: false,
      hedgeAfter: 0,
    });
    await expect(call).rejects.toMatchObject({ code: 'FOREBAY_ALL_FAILED' });
    expect(attempts).toBe(1);
  });

  it('counts a synchronous throw as a failure', async () => {
    const { balancer } = make('a', { retry: { attempts: 1 } });
    for (const options of [undefined, { timeout: 100 }]) {
      const call = balancer.call(() => {
        throw down;
      }, options);
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      await expect(call).rejects.toMatchObject({ cause: down });
    }
    expect(balancer.status()[0]).toMatchObject({ failures: 2, lastError: 'down', inFlight: 0 });
  });
});

const answer = (code: number) => (): { code: number } => ({ code });

function classify(_: unknown, result: unknown): 'success' | 'failure' | 'retry' | 'ignore' {
  const { code } = result as { code: number };
  if (code === 404) return 'success';
  if (code === 429) return 'retry';
  return code < 500 ? 'ignore' : 'failure';
}

describe('classify', () => {
  it('decides what counts against an endpoint and what is tried elsewhere', async () => {
    const { balancer } = make('ab', { classify });
    expect(await balancer.call(answer(404))).toEqual({ code: 404 });
    expect(await balancer.call(answer(302))).toEqual({ code: 302 });
    expect(balancer.stats()).toMatchObject({ attempts: 2, retries: 0 });
    const answers = [429, 200];
    expect(await balancer.call(() => ({ code: answers.shift() ?? 0 }))).toEqual({ code: 200 });
    expect(balancer.status().map(({ failures }) => failures)).toEqual([0, 0]);
    const bad = balancer.call(answer(500), { idempotent: false });
    await expect(bad).rejects.toMatchObject({ cause: { code: 'FOREBAY_REJECTED_RESULT', cause: { code: 500 } } });
    expect(balancer.status().reduce((sum, { failures }) => sum + failures, 0)).toBe(1);
  });

  it('passes its own fault on and leaves nothing in flight', async () => {
    const { balancer } = make('a');
    const fault = new Error('in classify');
    for (const timeout of [Infinity, 1000]) {
      const call = balancer.call(() => 1, {
        timeout,
        classify: () => {
          throw fault;
        },
      });
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      await expect(call).rejects.toBe(fault);
    }
    expect(balancer.status()[0]).toMatchObject({ inFlight: 0, failures: 0 });
  });
});

describe('the limits of a call', () => {
  it('ends all attempts and waits by one total deadline', async () => {
    const { balancer, clock } = make('ab');
    const reasons: unknown[] = [];
    const call = balancer.call(
      (_, { signal }) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return never();
      },
      { timeout: 1000 },
    );
    const caught = call.catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await caught).toMatchObject({ code: 'FOREBAY_DEADLINE', message: 'The call did not end within 1000 ms' });
    expect(reasons).toMatchObject([{ code: 'FOREBAY_DEADLINE' }]);
    expect(balancer.status()[0]).toMatchObject({ failures: 1, inFlight: 0 });
    expect(clock.pending).toBe(0);
  });

  it('does not blame an endpoint that was asked shortly before the deadline', async () => {
    const { balancer, clock } = make('ab');
    const caught = balancer
      .call(
        ({ name }) =>
          name === 'a' ? new Promise((_, reject) => void clock.setTimeout(() => reject(down), 900)) : never(),
        {
          timeout: 1000,
        },
      )
      .catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await caught).toMatchObject({ code: 'FOREBAY_DEADLINE', cause: down });
    expect(balancer.status().map(({ failures }) => failures)).toEqual([1, 0]);
  });

  it('gives each attempt its own time and then tries another endpoint', async () => {
    const { balancer, clock } = make('ab');
    const call = balancer.call(({ name }) => (name === 'a' ? never() : name), { attemptTimeout: 100, timeout: 1000 });
    await clock.advance(100);
    expect(await call).toBe('b');
    expect(balancer.status()[0]).toMatchObject({ failures: 1, lastError: 'a did not answer within 100 ms' });
    expect(clock.pending).toBe(0);
  });

  it('is neutral when the caller cancels, before, during an attempt or during a wait', async () => {
    const reason = new Error('left');
    const { balancer, clock } = make('a', { retry: { backoff: 1000 } });
    await expect(balancer.call(() => 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const during = new AbortController();
    const running = balancer.call(never, { signal: during.signal });
    during.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(balancer.status()[0]).toMatchObject({ failures: 0, inFlight: 0 });
    const waiting = new AbortController();
    const failing = balancer.call(() => Promise.reject(down), { signal: waiting.signal });
    await settled();
    expect(clock.pending).toBe(1);
    waiting.abort(reason);
    await expect(failing).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('leaves no listener behind after ten thousand aborted calls', async () => {
    const { balancer, clock } = make('ab', { retry: { attempts: 1 } });
    const shared = new AbortController();
    setMaxListeners(0, shared.signal);
    for (let batch = 0; batch < 100; batch++) {
      const calls = Array.from({ length: 100 }, () => balancer.call(() => 1, { signal: shared.signal, timeout: 1000 }));
      // oxlint-disable-next-line no-await-in-loop -- in batches
      await Promise.all(calls);
    }
    expect(getEventListeners(shared.signal, 'abort')).toEqual([]);
    const calls = Array.from({ length: 10_000 }, () => balancer.call(never, { signal: shared.signal, timeout: 1000 }));
    shared.abort(new Error('left'));
    const results = await Promise.allSettled(calls);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(getEventListeners(shared.signal, 'abort')).toEqual([]);
    expect(clock.pending).toBe(0);
    expect(balancer.stats().inFlight).toBe(0);
  });

  it('makes a signal only for those who ask, and then one that tells what has happened', async () => {
    const { balancer } = make('a');
    const signals = await balancer.call((_, context) => [context.signal, context.signal]);
    expect(signals[0]).toBe(signals[1]);
    expect(signals[0]?.aborted).toBe(false);
  });
});

describe('without a clock of one’s own', () => {
  it('takes a time-out of more than 24 days for what it is', async () => {
    const balancer = createBalancer({ endpoints: [{ name: 'a' }], timeout: 2 ** 40 });
    const call = balancer.call(() => new Promise((resolve) => void setTimeout(resolve, 20, 'here')));
    expect(await call).toBe('here');
  });
});
