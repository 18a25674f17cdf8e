import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';
import { Dashboard } from './support/dashboard.js';

const KEY = 'correct horse';
const keyed = { 'X-API-Key': KEY };

let browser: Browser;
let forebay: Forebay;
let dashboard: Dashboard;
beforeAll(async () => {
  [browser, forebay] = await Promise.all([launchBrowser(), Forebay.start({ API_KEY: KEY })]);
  dashboard = await Dashboard.open(browser, forebay.port);
  await dashboard.show();
  await dashboard.signIn(KEY);
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
});

const told = async (path: string): Promise<Record<string, unknown>> =>
  (await forebay.ask(path, { headers: keyed })).json();

describe('whoever signed in', () => {
  it('drains an upstream, puts it back, weighs it anew and resets it', async () => {
    await dashboard.go('Upstreams');
    const row = dashboard.row('sample-slow');
    await dashboard.press('Drain sample-slow');
    await dashboard.hears('sample-slow is drained');
    await row.getByText('Drained', { exact: true }).waitFor();
    await dashboard.press('Put back sample-slow');
    await dashboard.hears('sample-slow takes requests again');
    await row.getByText('Takes requests').waitFor();

    await dashboard.press('Weight… sample-slow');
    await dashboard.page.getByRole('dialog').getByLabel('Weight').fill('3');
    await dashboard.page.keyboard.press('Enter');
    await dashboard.hears('sample-slow has the weight 3');
    await row.getByText('configured 3').waitFor();
    await dashboard.press('Reset sample-slow');
    await dashboard.hears('sample-slow begins anew');
    const { upstreams } = (await told('/api/v1/overview')) as { upstreams: { name: string }[] };
    expect(upstreams.find(({ name }) => name === 'sample-slow')).toMatchObject({ enabled: true, weight: 3 });
  });

  it('is asked before the last upstream of a route is drained', async () => {
    await dashboard.press('Drain sample-api');
    await dashboard.page.getByRole('dialog').getByText('Drain the last upstream of tmdb-api?').waitFor();
    await dashboard.page.keyboard.press('Escape');
    await dashboard.page.getByRole('dialog').waitFor({ state: 'hidden' });
    const { upstreams } = (await told('/api/v1/overview')) as { upstreams: { name: string }[] };
    expect(upstreams.find(({ name }) => name === 'sample-api')).toMatchObject({ enabled: true });
  });

  it('finds cached keys, purges one, purges by prefix and clears a tier', async () => {
    for (const size of ['w92', 'w185']) await forebay.ask(`/t/p/${size}/action.png`);
    await forebay.ask('/t/p/w92/other.png');
    await dashboard.go('Cache');
    await dashboard.page.getByLabel('Keys that contain').fill('action');
    await dashboard.press('Search');
    await dashboard.row('w185/action').waitFor();
    await dashboard.row('w92/other').waitFor({ state: 'detached' });

    await dashboard.press(/^Purge .*w185\/action/);
    await dashboard.confirm('Purge');
    await dashboard.hears('1 entries purged');
    await dashboard.row('w185/action').waitFor({ state: 'detached' });
    await dashboard.press('Purge by prefix…');
    await dashboard.page.getByRole('dialog').getByLabel('Prefix').fill('/t/p/w92/');
    await dashboard.confirm('Purge');
    await dashboard.hears('2 entries purged');

    await forebay.ask('/t/p/w92/again.png');
    await dashboard.press('Clear Memory');
    await dashboard.confirm('Cancel');
    expect((await told('/cache/info'))['memory_cache']).toMatchObject({ current_size: 1 });
    await dashboard.press('Clear Memory');
    await dashboard.confirm('Clear');
    await dashboard.hears('1 entries cleared');
    expect((await told('/cache/info'))['memory_cache']).toMatchObject({ current_size: 0 });
    await dashboard.press('Clear all tiers');
    await dashboard.confirm('Clear');
    await dashboard.hears(/entries cleared/);
  });

  it('finds a viewer and ends the session', async () => {
    await forebay.ask('/hls/vod/main.m3u8', { headers: { 'User-Agent': 'VLC/3.0.20' } });
    await dashboard.go('Streams');
    await dashboard.page.getByLabel('User, address or stream').fill('nobody');
    await dashboard.page.getByText('No session matches.').waitFor();
    await dashboard.page.getByLabel('User, address or stream').fill('vod');
    await dashboard.press(/^End anonymous/);
    await dashboard.confirm('End');
    await dashboard.hears('is ended');
    await dashboard.page.getByText('Nobody watches now.').waitFor();
    expect(await told('/api/v1/hls/sessions')).toMatchObject({ total: 0 });
  });

  it('revokes a task', async () => {
    // So many that the last batch is still waiting when it is revoked.
    let id = '';
    for (let batch = 0; batch < 3; batch += 1) {
      const keys = Array.from({ length: 10_000 }, (_, key) => `posters/${batch}-${key}.png`);
      const body = JSON.stringify({ image_keys: keys });
      const reply = await forebay.ask('/api/v1/tasks/batch-refresh', { method: 'POST', headers: keyed, body });
      id = String(reply.json()['task_id']);
    }
    await dashboard.go('Tasks');
    await dashboard.page.getByRole('combobox', { name: 'Queue' }).selectOption('batch');
    await dashboard.press(`Revoke ${id}`);
    await dashboard.confirm('Revoke');
    await dashboard.hears('The task is revoked');
    expect(await told(`/api/v1/tasks/status/${id}`)).toMatchObject({ status: 'REVOKED' });
    await dashboard.row(id).getByText('Revoked').waitFor();
  });

  it('retries a task that failed', async () => {
    const body = JSON.stringify({ image_key: 'no/such.png' });
    const reply = await forebay.ask('/api/v1/tasks/refresh', { method: 'POST', headers: keyed, body });
    const id = String(reply.json()['task_id']);
    await dashboard.go('Tasks');
    await dashboard.page.getByRole('combobox', { name: 'Queue' }).selectOption('quick');
    await dashboard.press(`Retry ${id}`);
    await dashboard.hears('The task is tried again');
    await expect.poll(() => told('/api/v1/tasks?queue=quick&status=FAILURE')).toMatchObject({ total: 2 });
  });

  it('signs out, and is asked for the key again by whatever is done in another tab', async () => {
    const other = await dashboard.page.context().newPage();
    await other.goto(`http://127.0.0.1:${forebay.port}/monitor#upstreams`);
    await other.getByText('Live', { exact: true }).waitFor();
    await dashboard.press('Sign out');
    await dashboard.page.getByLabel('API key').waitFor();
    await other.getByRole('button', { name: 'Reset sample-quick' }).click();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.getByLabel('API key').fill('wrong');
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByText('That is not the API key.').waitFor();
    expect((await other.context().cookies()).map(({ name }) => name)).toEqual([]);
    await other.getByLabel('API key').fill(KEY);
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByText('Live', { exact: true }).waitFor();
  });
});

it('asks nobody but the server and keeps to its policy, whatever is done', () => {
  expect(dashboard.strangers).toEqual([]);
  expect(dashboard.complaints).toEqual([]);
});

it('refuses the page and everything that it can do to whoever has no key', async () => {
  const actions: readonly (readonly [string, string, string?])[] = [
    ['GET', '/monitor'],
    ['GET', '/monitor/icon.svg'],
    ['GET', '/api/v1/overview'],
    ['GET', '/api/v1/events'],
    ['PATCH', '/api/v1/upstreams/tmdb-image/sample-slow', '{"enabled":false}'],
    ['PATCH', '/api/v1/upstreams/tmdb-image/sample-slow', '{"weight":9}'],
    ['POST', '/api/v1/upstreams/tmdb-image/sample-slow/reset'],
    ['GET', '/cache/search?q=a'],
    ['POST', '/cache/purge', '{"prefix":"/"}'],
    ['POST', '/cache/clear?type=all'],
    ['GET', '/api/v1/hls/sessions'],
    ['DELETE', '/api/v1/hls/sessions/any'],
    ['GET', '/api/v1/hls/transfers'],
    ['GET', '/api/v1/tasks'],
    ['DELETE', '/api/v1/tasks/revoke/any'],
    ['POST', '/api/v1/tasks/retry/any'],
    ['PUT', '/monitor/queues/api/queues/quick/any/retry/failed'],
  ];
  for (const [method, path, body] of actions) {
    const reply = await forebay.ask(path, { method, ...(body === undefined ? {} : { body }) });
    expect([method, path, reply.status]).toEqual([method, path, 401]);
  }
});
