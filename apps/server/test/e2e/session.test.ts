import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Forebay, type Reply } from '../support/forebay.js';
import { Origin } from '../support/origin.js';

let origin: Origin;
let forebay: Forebay;
beforeAll(async () => {
  origin = await Origin.start();
  forebay = await Forebay.start({ UPSTREAM_SERVERS: origin.url, API_KEY: 'correct horse', NUM_WORKERS: '2' });
});
afterAll(async () => {
  await forebay.end();
  await origin.die();
});

const signIn = (key: string, headers: Record<string, string> = {}): Promise<Reply> =>
  forebay.ask('/api/v1/session', { method: 'POST', body: JSON.stringify({ api_key: key }), headers });
const cookieOf = (reply: Reply): string => (reply.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';

describe('with an API key', () => {
  it("every endpoint wants it that is not described as anyone's, and no other does", async () => {
    const reply = await forebay.ask('/openapi.json', { headers: { 'X-API-Key': 'correct horse' } });
    const { paths } = reply.json() as { paths: Record<string, Record<string, { security?: object[] }>> };
    const asked = { open: [] as string[], closed: 0 };
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { security }] of Object.entries(methods)) {
        const target = path.replaceAll(/\{\w+\}/g, 'x');
        const { status } = await forebay.ask(target, { method: method.toUpperCase() });
        if (security === undefined) expect(status, `${method} ${path}`).toBe(401);
        else expect(status, `${method} ${path}`).not.toBe(401);
        if (security === undefined) asked.closed += 1;
        else asked.open.push(path);
      }
    expect(asked.closed).toBeGreaterThan(20);
    expect(
      asked.open.filter((path) => !/^\/(?:health|\{|hls\/|robots|favicon|api\/v1\/(?:image|session))/.test(path)),
    ).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('signs in once, and its cookie opens the management interface until it signs out', async () => {
    const reply = await signIn('correct horse');
    expect(reply.status).toBe(200);
    expect(reply.headers['set-cookie']?.[0]).toMatch(/; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    const Cookie = cookieOf(reply);
    expect((await forebay.ask('/status', { headers: { Cookie } })).status).toBe(200);
    expect((await forebay.ask('/api/v1/session', { headers: { Cookie } })).json()['expires_at']).toBeTypeOf('string');
    // There is no board without Redis; what matters is that the door is open.
    expect((await forebay.ask('/monitor/queues', { headers: { Cookie } })).status).toBe(404);
    const own = { Cookie, 'Sec-Fetch-Site': 'same-origin' };
    expect((await forebay.ask('/cache/clear', { method: 'POST', headers: own })).status).toBe(200);
    expect((await forebay.ask('/api/v1/session', { method: 'DELETE', headers: own })).status).toBe(204);
    await eventually(
      () => forebay.ask('/status', { headers: { Cookie } }),
      ({ status }) => status === 401,
      'every worker knows that it ended',
    );
  });

  it('cannot be made to change anything by a page of another site', async () => {
    const Cookie = cookieOf(await signIn('correct horse'));
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'http://evil.example' },
      {},
    ]) {
      const reply = await forebay.ask('/cache/clear', { method: 'POST', headers: { Cookie, ...headers } });
      expect(reply.status).toBe(403);
    }
    expect((await signIn('correct horse', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  });

  it('shows a browser where to sign in, and programs a problem', async () => {
    const page = await forebay.ask('/docs', { headers: { Accept: 'text/html,application/xhtml+xml' } });
    expect(page.status).toBe(401);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body.toString()).toContain('API key');
    expect((await forebay.ask('/docs')).json()).toMatchObject({ status: 401 });
  });

  it('is slowed down when it guesses', async () => {
    // Each guess on a connection of its own, which any worker takes.
    const replies: Reply[] = [];
    for (let guess = 0; guess < 10; guess += 1) replies.push(await signIn(`guess ${guess}`));
    expect(replies.every(({ status }) => status === 401)).toBe(true);
    // The last of them is told to the other workers as well.
    const refusals = await eventually(
      () => Promise.all(Array.from({ length: 12 }, () => signIn('correct horse'))),
      (all) => all.every(({ status }) => status === 429),
      'no worker listens any more',
    );
    expect(Number(refusals[0]?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await forebay.ask('/status', { headers: { 'X-API-Key': 'correct horse' } })).status).toBe(200);
    expect(forebay.output.join('\n')).not.toContain('correct horse');
  });
});
