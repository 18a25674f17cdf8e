import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStream } from '../support/event-stream.js';
import { Forebay } from '../support/forebay.js';
import { Origin } from '../support/origin.js';

const MANAGEMENT = ['/status', '/stats', '/config', '/cache/info', '/cache/keys', '/cache/search?q=a'];
let origin: Origin;
beforeAll(async () => {
  origin = await Origin.start();
});
afterAll(() => origin.die());

describe('without an API key', () => {
  let forebay: Forebay;
  beforeAll(async () => {
    forebay = await Forebay.start({ UPSTREAM_SERVERS: origin.url });
  });
  afterAll(() => forebay.end());

  it('answers management requests of loopback clients', async () => {
    for (const path of MANAGEMENT) expect((await forebay.ask(path)).status, path).toBe(200);
  });

  it('refuses a host that is not loopback (DNS rebinding), and says why', async () => {
    for (const path of MANAGEMENT) {
      const reply = await forebay.ask(path, { headers: { Host: 'rebound.example' } });
      expect(reply.status, path).toBe(403);
      expect(reply.json()['detail']).toContain('loopback');
    }
    expect((await forebay.ask('/health', { headers: { Host: 'rebound.example' } })).status).toBe(200);
  });

  it('refuses what another machine sent through a proxy, and what another site made a browser send', async () => {
    expect((await forebay.ask('/status', { headers: { 'X-Forwarded-For': '203.0.113.9' } })).status).toBe(403);
    const elsewhere = [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'http://elsewhere.example' }, { Origin: 'null' }];
    for (const headers of elsewhere)
      expect((await forebay.ask('/cache/clear', { method: 'POST', headers })).status).toBe(403);
    const own = { Host: 'localhost:3000', Origin: 'http://localhost:3000' };
    expect((await forebay.ask('/cache/clear', { method: 'POST', headers: own })).status).toBe(200);
  });
});

describe('with an API key', () => {
  let forebay: Forebay;
  beforeAll(async () => {
    forebay = await Forebay.start({
      UPSTREAM_SERVERS: origin.url,
      API_KEY: 'correct horse',
      PUBLIC_STATUS: 'true',
      MANAGEMENT_PORT: '0',
    });
  });
  afterAll(() => forebay.end());

  it('the management interface moves to its port, and wants the key', async () => {
    const port = forebay.managementPort ?? 0;
    expect(port).not.toBe(0);
    expect((await forebay.ask('/config')).status).toBe(404);
    expect((await forebay.ask('/config', { port })).status).toBe(401);
    expect((await forebay.ask('/config', { port, headers: { 'X-API-Key': 'wrong' } })).status).toBe(401);
    const config = await forebay.ask('/config', { port, headers: { 'X-API-Key': 'correct horse' } });
    expect(config.status).toBe(200);
    expect(config.body.toString()).not.toContain('correct horse');
    expect(
      (await forebay.ask('/cache/clear', { port, method: 'POST', headers: { Authorization: 'Bearer wrong' } })).status,
    ).toBe(401);
  });

  it('read-only status is open where the operator opened it', async () => {
    const port = forebay.managementPort ?? 0;
    expect((await forebay.ask('/status', { port })).status).toBe(200);
    expect((await forebay.ask('/stats', { port, headers: { Host: 'anything.example' } })).status).toBe(200);
    for (const path of ['/metrics', '/monitor', '/monitor/icon.svg', '/api/v1/overview'])
      expect((await forebay.ask(path, { port })).status, path).not.toBe(401);
    const stream = await EventStream.open(port);
    await stream.until(() => true);
    await stream.end();
  });

  it('and nothing else is', async () => {
    const port = forebay.managementPort ?? 0;
    const document = await forebay.ask('/openapi.json', { port, headers: { 'X-API-Key': 'correct horse' } });
    const { paths } = document.json() as { paths: Record<string, Record<string, { security?: object[] }>> };
    const opened: string[] = [];
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { security }] of Object.entries(methods)) {
        // Its answer does not end.
        if (security !== undefined || path === '/api/v1/events') continue;
        const reply = await forebay.ask(path.replaceAll(/\{\w+\}/g, 'x'), { port, method: method.toUpperCase() });
        if (reply.status !== 401) opened.push(`${method} ${path}`);
      }
    expect(opened.toSorted()).toEqual([
      'get /api/v1/overview',
      'get /metrics',
      'get /monitor',
      'get /monitor/assets/{file}',
      'get /monitor/icon.svg',
      'get /stats',
      'get /status',
    ]);
    for (const path of ['/monitor/queues', '/monitor/queues/api/queues', '/status/x', '/monitor/assets/../queues'])
      expect((await forebay.ask(path, { port })).status, path).toBe(401);
    expect((await forebay.ask('/status', { port, method: 'POST' })).status).toBe(401);
  });

  it('health stays open on both ports', async () => {
    expect((await forebay.ask('/health')).status).toBe(200);
    expect((await forebay.ask('/health/live', { port: forebay.managementPort ?? 0 })).status).toBe(200);
  });
});
