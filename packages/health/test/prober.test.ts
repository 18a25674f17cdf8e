import { type CreateProberOptions, createProber, type ProbeResult, type Prober, type Target } from '@forebay/health';
import { assert, asyncProperty, boolean, constantFrom, array, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.js';

const middle = (): number => 0.5;

interface Bench {
  readonly clock: FakeClock;
  readonly prober: Prober<Target>;
  readonly probedAt: number[];
  readonly changes: string[];
  answer: () => ProbeResult | Promise<ProbeResult>;
}

const bench = (options: Partial<CreateProberOptions<Target>> = {}): Bench => {
  const clock = new FakeClock();
  const probedAt: number[] = [];
  const changes: string[] = [];
  const made: Bench = {
    clock,
    probedAt,
    changes,
    answer: () => true,
    prober: createProber({
      targets: [{ name: 'a' }],
      probe: () => {
        probedAt.push(clock.now());
        return made.answer();
      },
      clock,
      random: middle,
      ...options,
    }),
  };
  made.prober.on('change', ({ current }) => changes.push(`${current.name} ${current.health}`));
  return made;
};

const never = (): Promise<never> => new Promise(() => undefined);

describe('createProber', () => {
  it('looks at once, and a first success makes a target known', async () => {
    const { clock, prober, probedAt, changes } = bench();
    expect(prober.status()[0]).toMatchObject({ health: 'unknown', healthy: true });
    prober.start();
    await clock.advance(0);
    expect([probedAt, changes]).toEqual([[0], ['a up']]);
  });

  it('probes slowly when steady, quickly when in doubt, and takes `fall` failures to go down', async () => {
    const made = bench({ interval: 30_000, fastInterval: 1000, downInterval: 5000 });
    made.prober.start();
    await made.clock.advance(30_000);
    made.answer = () => false;
    await made.clock.advance(42_500);
    expect(made.probedAt).toEqual([0, 30_000, 60_000, 61_000, 62_000, 67_000, 72_000]);
    expect(made.changes).toEqual(['a up', 'a down']);
    expect(made.prober.status()[0]).toMatchObject({ healthy: false, failures: 5 });
  });

  it('takes `rise` successes in a row to come back', async () => {
    const made = bench({ fall: 1, rise: 2, fastInterval: 1000, downInterval: 5000 });
    const answers = [false, true, false, true, true];
    made.answer = () => answers.shift() ?? true;
    made.prober.start();
    await made.clock.advance(15_000);
    expect(made.changes).toEqual(['a down', 'a up']);
    expect(made.probedAt).toEqual([0, 5000, 6000, 11_000, 12_000]);
  });

  it('never brings a target back later than maxRecoveryInterval, whatever the intervals and jitter', async () => {
    const made = bench({
      interval: 600_000,
      fastInterval: 500_000,
      downInterval: 600_000,
      maxRecoveryInterval: 60_000,
      fall: 1,
      rise: 3,
      jitter: 1,
      random: () => 0.999,
    });
    made.answer = () => false;
    made.prober.start();
    await made.clock.advance(100_000);
    made.answer = () => true;
    await made.clock.advance(60_000);
    expect(made.changes.at(-1)).toBe('a up');
  });

  it('spreads probes by jitter to either side', async () => {
    for (const [random, at] of [
      [0, 9000],
      [0.5, 10_000],
    ] as const) {
      const made = bench({ interval: 10_000, jitter: 0.1, random: () => random });
      made.prober.start();
      await made.clock.advance(10_500);
      expect(made.probedAt).toEqual([0, at]);
    }
  });

  it('takes a hung probe, a synchronous throw and a rejection as failures', async () => {
    const answers = [
      never,
      () => {
        throw new Error('at once');
      },
      () => Promise.reject(new Error('later')),
    ];
    for (const answer of answers) {
      const made = bench({ fall: 1, timeout: 5000 });
      made.answer = answer;
      made.prober.start();
      await made.clock.advance(5000);
      expect(made.changes).toEqual(['a down']);
    }
  });

  it('aborts the signal of a hung probe, and ignores its late answer', async () => {
    const signals: AbortSignal[] = [];
    const answers: ((result: boolean) => void)[] = [];
    const made = bench({
      fall: 1,
      timeout: 5000,
      downInterval: 20_000,
      interval: 20_000,
      probe: (_target, { signal }) => {
        signals.push(signal);
        return new Promise<boolean>((resolve) => {
          answers.push(resolve);
        });
      },
    });
    made.prober.start();
    await made.clock.advance(5000);
    expect(signals[0]?.reason).toMatchObject({ code: 'FOREBAY_PROBE_TIMEOUT' });
    answers[0]?.(true);
    await made.clock.advance(1000);
    expect(made.prober.status()[0]).toMatchObject({ healthy: false, successes: 0 });
  });

  it('joins a check to the probe under way: never two of one target at once', async () => {
    const made = bench();
    made.answer = never;
    made.prober.start();
    const checks = [made.prober.check('a'), made.prober.check('a')];
    await made.clock.advance(4000);
    expect(made.probedAt).toEqual([0]);
    await made.clock.advance(1000);
    expect(await Promise.all(checks)).toMatchObject([{ failures: 1 }, { failures: 1 }]);
  });

  it('checks while stopped, and knows no strangers', async () => {
    const { prober, clock } = bench();
    const check = prober.check('a');
    await clock.advance(0);
    expect(await check).toMatchObject({ health: 'up' });
    expect(clock.pending).toBe(0);
    await expect(prober.check('b')).rejects.toMatchObject({ code: 'FOREBAY_UNKNOWN_TARGET' });
  });

  it('leaves nothing behind after stop', async () => {
    const made = bench({ targets: [{ name: 'a' }, { name: 'b' }], concurrency: 1 });
    made.answer = never;
    made.prober.start();
    const cut = made.prober.check('b');
    made.prober.stop();
    expect(made.clock.pending).toBe(0);
    await expect(cut).rejects.toMatchObject({ code: 'FOREBAY_PROBER_STOPPED' });
    made.answer = () => true;
    made.prober.start();
    await made.clock.advance(0);
    expect(made.prober.status().map(({ health }) => health)).toEqual(['up', 'up']);
  });

  it('keeps to the limit of probes at once, and forgets removed targets', async () => {
    const targets = ['a', 'b', 'c'].map((name) => ({ name }));
    const made = bench({ targets, concurrency: 2 });
    made.answer = never;
    made.prober.start();
    expect(made.probedAt).toHaveLength(2);
    made.prober.remove('a');
    expect(made.probedAt).toHaveLength(3);
    await made.clock.advance(5000);
    expect(made.prober.status().map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('counts reports like outcomes, and looks sooner after a bad one', async () => {
    const made = bench({ interval: 30_000, fastInterval: 1000 });
    made.prober.start();
    await made.clock.advance(10_000);
    made.prober.report('a', new Error('reset'));
    made.prober.report('stranger', false);
    await made.clock.advance(1000);
    expect(made.probedAt).toEqual([0, 11_000]);
    for (let index = 0; index < 3; index += 1) made.prober.report('a', false);
    expect(made.changes).toEqual(['a up', 'a down']);
  });

  it('passes on drain and weight share until another answer says otherwise', async () => {
    const made = bench({ fastInterval: 1000, interval: 1000 });
    const answers: ProbeResult[] = [
      { healthy: true, drain: true, weightShare: 1.5 },
      true,
      { healthy: true, drain: false, weightShare: 0.25 },
    ];
    made.answer = () => answers.shift();
    const seen: unknown[] = [];
    made.prober.on('change', ({ current }) => seen.push([current.drain, current.weightShare]));
    made.prober.start();
    await made.clock.advance(3500);
    expect(seen).toEqual([
      [true, 1],
      [false, 0.25],
    ]);
  });

  it('tells of every probe with its response time', async () => {
    const made = bench();
    const times: number[] = [];
    made.answer = () => new Promise((resolve) => void made.clock.after(120, () => resolve(true)));
    made.prober.on('probe', ({ responseTimeMs }) => times.push(responseTimeMs));
    made.prober.start();
    await made.clock.advance(200);
    expect(times).toEqual([120]);
    expect(made.prober.status()[0]?.responseTimeMs).toBe(120);
  });

  it('never overlaps probes of one target nor passes its limit, under any mix of answers, checks and reports', async () => {
    const step = record({ act: constantFrom('wait', 'check', 'report', 'hang', 'restart'), good: boolean() });
    await assert(
      asyncProperty(array(step, { maxLength: 30 }), async (steps) => {
        const clock = new FakeClock();
        const open = new Map<string, number>();
        let worst = 0;
        let hang = false;
        const prober = createProber({
          targets: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
          concurrency: 2,
          interval: 1000,
          timeout: 500,
          clock,
          probe: ({ name }, { signal }) => {
            open.set(name, (open.get(name) ?? 0) + 1);
            worst = Math.max(worst, open.get(name) ?? 0, [...open.values()].filter((n) => n > 0).length - 1);
            const close = (): void => void open.set(name, (open.get(name) ?? 0) - 1);
            return new Promise<boolean>((resolve, reject) => {
              const cancel = hang ? undefined : clock.after(100, () => (close(), resolve(true)));
              signal.addEventListener('abort', () => (cancel?.(), close(), reject(signal.reason)));
            });
          },
        });
        prober.start();
        for (const { act, good } of steps) {
          hang = act === 'hang';
          if (act === 'check') prober.check('a').catch(() => undefined);
          if (act === 'report') prober.report('b', good);
          if (act === 'restart') {
            prober.stop();
            prober.start();
          }
          await clock.advance(good ? 350 : 1200);
        }
        prober.stop();
        expect(worst).toBeLessThanOrEqual(1);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [{ interval: 0 }, 'interval is 0'],
    [{ rise: 1.5 }, 'rise is 1.5'],
    [{ jitter: 2 }, 'jitter is 2'],
    [{ timeout: Number.NaN }, 'timeout is NaN'],
  ])('refuses %o by name', (options, message) => {
    expect(() => bench(options)).toThrow(message);
  });
});
