import * as fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { scopedBus } from '../../src/process/bus-member.js';
import { createHub } from '../../src/process/hub.js';
import { joinLocally } from '../../src/process/local-member.js';
import { answers, topic, type Audience, type ProcessName } from '../../src/process/messages.js';

const logger = pino({ level: 'silent' });
const double = topic<number, number>('double');
const names: readonly ProcessName[] = ['primary', 'worker-0.1', 'worker-1.2'];

/** A primary and two workers in one process. */
const join = () => {
  const hub = createHub();
  const [primary, first, second] = names.map((name) => joinLocally(hub, name, logger));
  if (primary === undefined || first === undefined || second === undefined) throw new Error('three were named');
  return { hub, primary, first, second };
};

describe('the bus', () => {
  it.each<[Audience, readonly ProcessName[]]>([
    ['all', names],
    ['others', ['primary', 'worker-1.2']],
    ['workers', ['worker-0.1', 'worker-1.2']],
    ['primary', ['primary']],
  ])('asks %s and collects a reply from each', async (to, expected) => {
    const { primary, first, second } = join();
    for (const { bus } of [primary, first, second]) bus.handle(double, (number) => number * 2);
    const replies = await first.bus.ask(double, 21, { to });
    expect(replies.map(({ from }) => from).toSorted()).toEqual(expected);
    expect(answers(replies)).toEqual(expected.map(() => 42));
  });

  it('reports handlers that throw, and does not count processes that do not handle the topic', async () => {
    const { primary, first, second } = join();
    primary.bus.handle(double, () => {
      throw new Error('no numbers today');
    });
    first.bus.handle(double, (number) => number * 2);
    const replies = await second.bus.ask(double, 1);
    expect(new Set(replies)).toEqual(
      new Set([
        { from: 'primary', ok: false, error: 'no numbers today' },
        { from: 'worker-0.1', ok: true, value: 2 },
      ]),
    );
  });

  it('does not wait for a process beyond the time-out, nor for one that ends', async () => {
    const { primary, first, second } = join();
    primary.bus.handle(double, (number) => number * 2);
    first.bus.handle(double, () => new Promise<number>(() => undefined));
    second.bus.handle(double, () => {
      second.leave();
      return new Promise<number>(() => undefined);
    });
    const replies = await primary.bus.ask(double, 1, { timeout: 20 });
    expect(replies).toHaveLength(3);
    expect(replies.filter(({ ok }) => !ok)).toEqual([
      { from: 'worker-1.2', ok: false, error: 'the process has ended' },
      { from: 'worker-0.1', ok: false, error: 'no answer within 20 ms' },
    ]);
  });

  it('settles at once when nobody is there to answer', async () => {
    const { first } = join();
    expect(await first.bus.ask(double, 1, { timeout: 60_000 })).toEqual([]);
  });

  it('keeps the order of what one process tells another', async () => {
    const heard = topic<number>('heard');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (numbers) => {
        const { first, second } = join();
        const got: number[] = [];
        second.bus.handle(heard, (number) => void got.push(number));
        for (const number of numbers) first.bus.broadcast(heard, number, 'others');
        await new Promise((resolve) => setImmediate(resolve));
        expect(got).toEqual(numbers);
      }),
    );
  });

  it('lets the newest handler of a topic answer, and the one before once that is taken back', async () => {
    const { primary } = join();
    primary.bus.handle(double, () => 1);
    const scope = scopedBus(primary.bus);
    scope.bus.handle(double, () => 2);
    expect(answers(await primary.bus.ask(double, 0))).toEqual([2]);
    scope.close();
    expect(answers(await primary.bus.ask(double, 0))).toEqual([1]);
  });
});
