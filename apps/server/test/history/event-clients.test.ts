import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { EventClients, type EventTarget } from '../../src/history/event-clients.js';
import { createHub } from '../../src/process/hub.js';
import { joinLocally } from '../../src/process/local-member.js';
import { createLogger } from '../../src/log/logger.js';
import { OverviewStream } from '../../src/history/stream.js';
import type { Overview } from '../../src/history/overview.js';
import type { Facts } from '../../src/metrics/facts.js';
import { factsOf } from '../support/facts.js';

class Target extends EventEmitter implements EventTarget {
  readonly written: string[] = [];
  status = 0;
  writableLength = 0;
  destroyed = false;
  ended = false;
  writeHead(status: number): void {
    this.status = status;
  }
  write(text: string): void {
    this.written.push(text);
  }
  end(): void {
    this.ended = true;
    this.destroy();
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const seriesOf = (text: string | undefined): { seconds: { at: string }[]; five_minutes: object[] } => {
  const data = /^data: (.*)$/m.exec(text ?? '')?.[1] ?? '{}';
  return (JSON.parse(data) as { series: { seconds: { at: string }[]; five_minutes: object[] } }).series;
};

let ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A primary and one worker, without processes. */
function stage() {
  const hub = createHub();
  const logger = createLogger({ level: 'silent', format: 'json', colour: false });
  const primary = joinLocally(hub, 'primary', logger);
  const worker = joinLocally(hub, 'worker-0.1', logger);
  let built = 0;
  const trouble = { now: false };
  const facts: Facts = factsOf();
  const point = (second: number) => ({ at: new Date(second * 1000).toISOString(), seconds: 1 }) as never;
  const stream = new OverviewStream(primary.bus, {
    overview: ({ at }) => {
      built += 1;
      return { id: Math.floor(at / 1000) } as Overview;
    },
    series: () => ({ seconds: [point(1), point(2), point(3)], slots: [] }),
    look: async () => {
      if (trouble.now) throw new Error('the workers do not answer');
      return facts;
    },
  });
  const clients = new EventClients(worker.bus);
  ends = [() => clients.close(), () => stream.close()];
  return { clients, stream, facts, trouble, built: () => built };
}

describe('the stream of events', () => {
  it('begins with an overview and its series, and is built only while somebody listens', async () => {
    const { built, clients, facts, stream } = stage();
    stream.publish(facts);
    await settled();
    expect(built()).toBe(0);
    const target = new Target();
    expect(await clients.add(target, undefined, {})).toBe(true);
    expect(target.status).toBe(200);
    expect(target.written[0]).toMatch(/^retry: \d+\nid: 1000000000\nevent: overview\ndata: \{.*\}\n\n$/);
    expect(seriesOf(target.written[0]).seconds).toHaveLength(3);
    stream.publish({ ...facts, at: facts.at + 1000 });
    await settled();
    expect(target.written[1]).toBe('id: 1000000001\nevent: overview\ndata: {"id":1000000001}\n\n');
    target.destroy();
    await settled();
    const before = built();
    stream.publish(facts);
    await settled();
    expect(built()).toBe(before);
  });

  it('replays only what a client that comes back has missed', async () => {
    const { clients } = stage();
    const target = new Target();
    await clients.add(target, 2, {});
    expect(seriesOf(target.written[0]).seconds.map(({ at }) => at)).toEqual(['1970-01-01T00:00:03.000Z']);
  });

  it('takes twenty clients and no more, until one leaves', async () => {
    const { clients } = stage();
    const targets = Array.from({ length: 20 }, () => new Target());
    for (const target of targets) expect(await clients.add(target, undefined, {})).toBe(true);
    expect(await clients.add(new Target(), undefined, {})).toBe(false);
    targets[0]?.destroy();
    await settled();
    expect(await clients.add(new Target(), undefined, {})).toBe(true);
  });

  it('drops a client that does not read, and goes on for the others', async () => {
    const { clients, facts, stream } = stage();
    const [slow, quick] = [new Target(), new Target()];
    await clients.add(slow, undefined, {});
    await clients.add(quick, undefined, {});
    slow.writableLength = 2 * 1024 * 1024;
    stream.publish(facts);
    await settled();
    expect(slow.destroyed).toBe(true);
    expect(quick.written).toHaveLength(2);
  });

  it('does not count a client that left before it was let in', async () => {
    const { clients } = stage();
    for (let attempt = 0; attempt < 25; attempt += 1) {
      const target = new Target();
      const added = clients.add(target, undefined, {});
      target.destroy();
      expect(await added).toBe(true);
      expect(target.written).toEqual([]);
      await settled();
    }
  });

  it('does not count those whom it could not tell anything', async () => {
    const { clients, trouble } = stage();
    trouble.now = true;
    for (let attempt = 0; attempt < 25; attempt += 1)
      expect(await clients.add(new Target(), undefined, {})).toBe(false);
    trouble.now = false;
    expect(await clients.add(new Target(), undefined, {})).toBe(true);
  });

  it('ends every stream when the worker is to leave, and takes no more', async () => {
    const { clients } = stage();
    const target = new Target();
    await clients.add(target, undefined, {});
    clients.close();
    expect(target.ended).toBe(true);
    expect(await clients.add(new Target(), undefined, {})).toBe(false);
  });
});
