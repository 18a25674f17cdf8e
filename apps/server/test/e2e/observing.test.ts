import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStream } from '../support/event-stream.js';
import { eventually, Forebay } from '../support/forebay.js';
import { Origin } from '../support/origin.js';

let origin: Origin;
let hook: Server;
const told: { event: string; alert: { name: string } }[] = [];
let forebay: Forebay;

beforeAll(async () => {
  origin = await Origin.start();
  hook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      told.push(JSON.parse(Buffer.concat(chunks).toString()) as (typeof told)[number]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  forebay = await Forebay.start({
    NUM_WORKERS: '2',
    UPSTREAM_SERVERS: origin.url,
    HEALTH_CHECK_INTERVAL: '200',
    MAX_ERRORS_BEFORE_UNHEALTHY: '1',
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
  });
  await eventually(
    async () => (await forebay.ask('/api/v1/overview')).json()['series'] as Series,
    ({ seconds }) => seconds.length > 0,
    'the series have begun',
  );
});
afterAll(async () => {
  await forebay.end();
  await origin.die();
  hook.closeAllConnections();
  hook.close();
});

const counter = async (name: string): Promise<number> => {
  const text = (await forebay.ask('/metrics')).body.toString();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, 'gm'))].map(([, value]) => Number(value));
  return values.reduce((sum, value) => sum + value, 0);
};
interface Series {
  readonly seconds: readonly { readonly at: string; readonly requests: number }[];
  readonly five_minutes: readonly { readonly requests: number }[];
}

describe('over all workers', () => {
  it('every request is counted once, and none is forgotten when a worker is killed', async () => {
    for (let index = 0; index < 30; index += 1) await forebay.ask(`/t/p/w92/${index % 5}.png`);
    expect(await counter('forebay_http_requests_total')).toBe(30);
    const { workers } = (await forebay.ask('/status')).json() as { workers: { pid: number }[] };
    process.kill(workers[0]?.pid ?? 0, 'SIGKILL');
    await eventually(
      () => counter('forebay_worker_restarts_total'),
      (restarts) => restarts === 1,
      'it is replaced',
    );
    expect(await counter('forebay_http_requests_total')).toBe(30);
    await forebay.ask('/t/p/w92/1.png');
    expect(await counter('forebay_http_requests_total')).toBe(31);
    expect(((await forebay.ask('/stats')).json()['requests'] as { total: number }).total).toBe(31);
  });

  it('nothing is forgotten by a reload either', async () => {
    forebay.process.kill('SIGHUP');
    await forebay.event('reload_done');
    await forebay.ask('/t/p/w92/2.png');
    expect(await counter('forebay_http_requests_total')).toBe(32);
    const inSeries = async (): Promise<number> => {
      const { series } = (await forebay.ask('/api/v1/overview')).json() as { series: Series };
      return series.five_minutes.reduce((sum, { requests }) => sum + requests, 0);
    };
    // They come in once a second.
    await eventually(inSeries, (requests) => requests >= 30, 'all requests are in the series');
  });
});

describe('who listens to events', () => {
  it('hears of a killed upstream within two seconds, and of its return; alerts are raised and resolved', async () => {
    const stream = await EventStream.open(forebay.port);
    const first = await stream.until(() => true);
    expect((first.data['series'] as Series).seconds.length).toBeGreaterThan(0);
    expect(first.data['health']).toMatchObject({ status: 'healthy', findings: [] });

    await origin.die();
    const died = Date.now();
    const bad = await stream.until(({ data }) => (data['health'] as { status: string }).status === 'unhealthy');
    expect(Date.now() - died).toBeLessThan(2000);
    expect(bad.data['health']).toMatchObject({ findings: [{ code: 'route-down' }, { code: 'upstream-out' }] });
    expect(bad.data['series']).toBeUndefined();
    await stream.until(({ data }) => (data['alerts'] as { active: { name: string }[] }).active.length > 0);
    expect((await forebay.ask('/status')).json()['alerts']).toMatchObject([{ name: 'no-upstream' }]);

    await origin.listen();
    await stream.until(({ id, data }) => id > bad.id && (data['health'] as { status: string }).status === 'healthy');
    await eventually(
      async () => told,
      (events) => events.length >= 2,
      'the webhook heard of it',
    );
    expect(told.map(({ event, alert }) => `${event} ${alert.name}`)).toEqual([
      'raised no-upstream',
      'resolved no-upstream',
    ]);
    const ids = stream.events.map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    await stream.end();

    const back = await EventStream.open(forebay.port, { 'Last-Event-ID': String(ids.at(-2)) });
    const { data } = await back.until(() => true);
    const { seconds } = data['series'] as Series;
    expect(seconds.length).toBeLessThan(5);
    for (const { at } of seconds) expect(Date.parse(at) / 1000).toBeGreaterThan(ids.at(-2) ?? 0);
    await back.end();
  });

  it('is refused beyond twenty, and let go of when the server stops', async () => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => EventStream.open(forebay.port)));
    await expect(EventStream.open(forebay.port)).rejects.toThrow('503');
    expect((await forebay.ask('/api/v1/overview')).status).toBe(200);
    expect(await forebay.stop()).toBe(0);
    await Promise.all(streams.map((stream) => stream.end()));
  });
});
