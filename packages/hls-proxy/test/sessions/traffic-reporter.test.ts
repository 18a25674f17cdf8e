import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createTrafficReporter,
  memorySessionStore,
  type MemorySessionStore,
  type TrafficReporter,
} from '@forebay/hls-proxy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Report {
  readonly id: string;
  readonly users: readonly { readonly uid: string | null; readonly bytes: number }[];
  readonly unattributed_bytes: number;
}

let server: Server;
let url: string;
let status = 204;
let reports: { readonly key: string | undefined; readonly login: string | undefined; readonly report: Report }[] = [];
const made: TrafficReporter[] = [];

beforeEach(async () => {
  status = 204;
  reports = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { authorization: login, 'idempotency-key': key } = request.headers;
      reports.push({ key: key as string, login, report: JSON.parse(body) as Report });
      if (status === 0) return void response.destroy();
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/traffic`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await Promise.all(made.splice(0).map((reporter) => reporter.close()));
});

const reporterOf = (store: MemorySessionStore, more: object = {}): TrafficReporter => {
  const reporter = createTrafficReporter({ store, url, interval: 600_000, timeout: 2000, ...more });
  made.push(reporter);
  return reporter;
};
const add = (store: MemorySessionStore, uid: string, bytes: number): void =>
  store.restoreTraffic({ batch: undefined, users: [[uid, bytes]], unattributedBytes: 0 });

describe('the traffic reporter', () => {
  it('posts bytes a user in one batch, under an id, and nothing when there is nothing', async () => {
    const store = memorySessionStore();
    const reporter = reporterOf(store);
    expect(await reporter.flush()).toBe(true);
    expect(reports).toEqual([]);
    for (const [uid, bytes] of [
      ['u', 5],
      ['v', 7],
      ['u', 6],
      ['', 1],
    ] as const)
      add(store, uid, bytes);
    expect(await reporter.flush()).toBe(true);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.report).toMatchObject({
      users: [
        { uid: 'u', bytes: 11 },
        { uid: 'v', bytes: 7 },
        { uid: null, bytes: 1 },
      ],
      unattributed_bytes: 0,
    });
    expect(reports[0]?.key).toBe(reports[0]?.report.id);
    expect(reporter.status()).toMatchObject({ failures: 0, lastError: undefined });
  });

  it.each([
    [500, 'answered with 500'],
    [404, 'answered with 404'],
    [302, 'Error'],
    [0, 'UND_ERR_SOCKET'],
  ])('keeps what was answered with %s, and sends it again under the same id', async (bad, error) => {
    const store = memorySessionStore();
    const outcomes: (string | undefined)[] = [];
    const reporter = reporterOf(store, { onReport: (outcome: { error?: string }) => outcomes.push(outcome.error) });
    add(store, 'u', 5);
    status = bad;
    expect(await reporter.flush()).toBe(false);
    add(store, 'u', 6);
    expect(await reporter.flush()).toBe(false);
    expect(reporter.status()).toMatchObject({ failures: 2, lastError: error });
    status = 200;
    expect(await reporter.flush()).toBe(true);
    expect(new Set(reports.slice(0, -1).map(({ key }) => key)).size).toBe(1);
    const taken = new Map(reports.map(({ report }) => [report.id, report.users[0]?.bytes]));
    expect([...taken.values()]).toEqual([5, 6]);
    expect(outcomes).toEqual([error, error, undefined, undefined]);
    expect(reporter.status()).toMatchObject({ failures: 0, lastError: undefined });
  });

  it('reports by itself, and for the last time when it is closed', async () => {
    const store = memorySessionStore();
    const reporter = reporterOf(store, { interval: 20 });
    add(store, 'u', 5);
    await expect.poll(() => reports.length).toBe(1);
    add(store, 'u', 6);
    await reporter.close();
    expect(reports.reduce((sum, { report }) => sum + (report.users[0]?.bytes ?? 0), 0)).toBe(11);
  });

  it('says what it could not tell apart', async () => {
    const store = memorySessionStore({ maxUnsentUsers: 2 });
    const told: number[] = [];
    const reporter = reporterOf(store, {
      onReport: ({ unattributedBytes }: { unattributedBytes: number }) => told.push(unattributedBytes),
    });
    for (const uid of ['a', 'b', 'c', 'd']) add(store, uid, 10);
    await reporter.flush();
    expect(reports[0]?.report.unattributed_bytes).toBe(20);
    expect(told).toEqual([20]);
    expect(reporter.status().unattributedBytes).toBe(20);
  });

  it('signs in with the name and password of the URL', async () => {
    const store = memorySessionStore();
    const reporter = reporterOf(store, { url: url.replace('//', '//me:p%40ss@') });
    add(store, 'u', 5);
    expect(await reporter.flush()).toBe(true);
    expect(reports[0]?.login).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it('never says where it reports to', async () => {
    const store = memorySessionStore();
    const reporter = reporterOf(store, { url: 'http://user:password@127.0.0.1:1/secret' });
    add(store, 'u', 5);
    await reporter.flush();
    expect(JSON.stringify(reporter.status())).not.toMatch(/secret|password/);
    expect(() => reporterOf(store, { url: 'ftp://secret/' })).toThrow(/^(?!.*secret)/);
    expect(() => reporterOf(store, { interval: 0 })).toThrow(/interval is 0/);
  });
});
