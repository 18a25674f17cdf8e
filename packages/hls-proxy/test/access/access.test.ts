import { createViewerTokens } from '@forebay/guard';
import {
  createAccess,
  createSessions,
  memorySessionStore,
  type Access,
  type AccessOptions,
  type Admission,
  type Child,
  type Sessions,
  type SessionStore,
} from '@forebay/hls-proxy';
import { parseTarget, Problem } from '@forebay/reverse-proxy';
import { afterEach, describe, expect, it } from 'vitest';

const T0 = 1_700_000_000_000;
const ADDRESS = '192.0.2.7';
const SECRET = 'the operator’s secret';
let now = T0;
const made: Sessions[] = [];
afterEach(async () => {
  now = T0;
  await Promise.all(made.splice(0).map((sessions) => sessions.close()));
});

interface Door {
  readonly access: Access;
  readonly sessions: Sessions;
  /** Asks for a target as a player does: with the mount, from an address. */
  readonly ask: (target: string, from?: { address?: string; userAgent?: string }) => Promise<Admission>;
  readonly refusal: (target: string, from?: { address?: string; userAgent?: string }) => Promise<Problem>;
}

const doorOf = (more: Partial<AccessOptions> = {}, store: SessionStore = memorySessionStore(), limits = {}): Door => {
  const clock = () => now;
  const sessions = createSessions({ store, flushInterval: 0, clock, ...limits });
  made.push(sessions);
  const access = createAccess({ sessions, mount: '/hls/', secrets: ['grant secret'], clock, ...more });
  const ask: Door['ask'] = async (target, { address = ADDRESS, userAgent = 'Player' } = {}) => {
    const { path, query } = parseTarget(target);
    if (!path.startsWith('/hls/')) throw new Error(`${target} leads away from the mount`);
    return access.admit({ target: { path: path.slice(4), query }, address, userAgent });
  };
  return {
    access,
    sessions,
    ask,
    refusal: (target, from) =>
      ask(target, from).then(
        () => {
          throw new Error(`${target} was let in`);
        },
        (error: unknown) => {
          if (error instanceof Problem) return error;
          throw error;
        },
      ),
  };
};

const tokens = createViewerTokens({ secrets: [SECRET], clock: () => now });
const closed = { tokenSecrets: [SECRET] };
const tokenFor = (path: string, { uid = 'u', seconds = 3600 } = {}): string =>
  `/hls${path}?${tokens.query({ uid, path, expires: T0 / 1000 + seconds })}`;
const local = (path: string, kind: Child['kind'] = 'segment', lasting = false): Child => ({
  kind,
  local: path,
  lasting,
});
const foreign = (url: string, kind: Child['kind'] = 'segment'): Child => ({ kind, foreign: new URL(url) });
const pathOf = (uri: string): string => uri.split('?')[0] ?? '';

describe('a viewer token', () => {
  it('opens its playlist, whose children open in turn, to any depth', async () => {
    const { access, ask } = doorOf(closed);
    const master = await ask(tokenFor('/live/main.m3u8'));
    expect(master).toMatchObject({
      kind: undefined,
      resource: { local: '/live/main.m3u8' },
      expiresAt: T0 + 3_600_000,
      session: { uid: 'u', stream: '/live/main.m3u8' },
    });
    const media = await ask(access.uriFor(master, local('/live/720/index.m3u8', 'playlist')));
    expect(media).toMatchObject({ kind: 'playlist', resource: { local: '/live/720/index.m3u8' } });
    expect(media.session).toBe(master.session);
    const segment = access.uriFor(media, local('/live/720/1.ts'));
    const [path = '', query = ''] = segment.slice('/hls'.length).split('?');
    const known = { target: { path, query }, address: ADDRESS, userAgent: 'Player' };
    expect(access.admit(known), 'at once, as nothing has to be asked').toMatchObject({ kind: 'segment' });
    for (const kind of ['segment', 'key', 'asset-list', 'steering'] as const) {
      const child = await ask(access.uriFor(media, local('/live/720/1.ts', kind)));
      expect(child).toMatchObject({ kind, resource: { local: '/live/720/1.ts' } });
    }
  });

  it('keeps to itself: it is not sent up, the rest of the query is', async () => {
    const { ask } = doorOf(closed);
    const { resource } = await ask(`${tokenFor('/live/main.m3u8')}&tier=gold&_HLS_msn=7`);
    expect(resource).toEqual({ local: '/live/main.m3u8?tier=gold&_HLS_msn=7' });
  });

  it.each([
    ['nothing', '/hls/live/main.m3u8'],
    ['another path', tokenFor('/live/main.m3u8').replace('/live/main', '/live/other')],
    ['a segment beside the playlist', tokenFor('/live/main.m3u8').replace('main.m3u8', '1.ts')],
    ['another uid', tokenFor('/live/main.m3u8').replace('uid=u', 'uid=v')],
    ['another end', tokenFor('/live/main.m3u8').replace('expires=1', 'expires=2')],
    ['another token', `${tokenFor('/live/main.m3u8').slice(0, -1)}A`],
    ['no uid', tokenFor('/live/main.m3u8').replace('uid=u&', '')],
    ['a uid twice', `${tokenFor('/live/main.m3u8')}&uid=v`],
    ['an end that is over', tokenFor('/live/main.m3u8', { seconds: 0 })],
    ['a path in disguise', tokenFor('/live/main.m3u8').replace('/live/', '/live%2F')],
    ['a URL on another host', '/hls/@/k.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ])('with %s is refused in the same words', async (_, target) => {
    const { refusal } = doorOf(closed);
    const { status, code, message } = await refusal(target);
    expect({ status, code, message }).toEqual({
      status: 403,
      code: 'not-allowed',
      message: 'this is not allowed, or not any more: the link must come from a valid token',
    });
  });

  it('is accepted under an older secret, too', async () => {
    const { ask } = doorOf({ tokenSecrets: ['a newer one', SECRET] });
    expect((await ask(tokenFor('/a.m3u8'))).session.uid).toBe('u');
  });

  it('may open a limited number of sessions, whichever process or node is asked; reloads are free', async () => {
    const store = memorySessionStore();
    const [a, b] = [doorOf({ ...closed, tokenUses: 1 }, store), doorOf({ ...closed, tokenUses: 1 }, store)];
    const target = tokenFor('/a.m3u8');
    const { session } = await a.ask(target);
    expect((await b.ask(target)).session.id).toBe(session.id);
    expect(await b.refusal(target, { address: '203.0.113.1' })).toMatchObject({ status: 403 });
    expect(await a.refusal(target, { userAgent: 'Another' })).toMatchObject({ status: 403 });
    expect((await b.ask(target)).session.id).toBe(session.id);
  });

  it('opens as many sessions of its user as there may be, and says when to come again', async () => {
    const { ask, refusal } = doorOf(closed, undefined, { maxPerUser: 1 });
    await ask(tokenFor('/a.m3u8'));
    expect(await refusal(tokenFor('/a.m3u8'), { userAgent: 'Another' })).toMatchObject({
      status: 429,
      retryAfterMs: 30_000,
    });
  });
});

describe('a grant', () => {
  const grantOf = async (more: Partial<AccessOptions> = {}, child: Child = local('/live/1.ts?a=1')) => {
    const door = doorOf({ ...closed, ...more });
    const master = await door.ask(tokenFor('/live/main.m3u8'));
    return { ...door, master, uri: door.access.uriFor(master, child) };
  };

  it('is in the query alone: the path and query of the origin stay as they are, and the same every time', async () => {
    const { access, master, uri } = await grantOf();
    expect(uri).toMatch(/^\/hls\/live\/1\.ts\?a=1&fb=[\w.-]+$/);
    expect(access.uriFor(master, local('/live/1.ts?a=1'))).toBe(uri);
    expect(access.uriFor(master, local('/live/1.ts'))).toMatch(/^\/hls\/live\/1\.ts\?fb=/);
  });

  it('is for one resource: not for another path, query, kind, session, user, end, key or code', async () => {
    const { refusal, ask, uri } = await grantOf();
    const [path, grant = ''] = uri.split('&fb=');
    const fields = grant.split('.');
    expect(fields).toHaveLength(5);
    for (const other of ['/hls/live/2.ts?a=1', '/hls/live/1.ts', '/hls/live/1.ts?a=2', '/hls/live/1.ts?a=1&b=2'])
      expect(await refusal(`${other}${other.includes('?') ? '&' : '?'}fb=${grant}`)).toMatchObject({ status: 403 });
    for (let field = 0; field < fields.length; field += 1) {
      const text = fields[field] ?? '';
      for (let at = 0; at < text.length; at += 1) {
        const changed = `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;
        const forged = fields.with(field, changed).join('.');
        expect(await refusal(`${path}&fb=${forged}`), forged).toMatchObject({ status: 403 });
      }
    }
    for (const cut of [fields.slice(0, 4), fields.slice(0, 3), [...fields, 'dQ']])
      expect(await refusal(`${path}&fb=${cut.join('.')}`)).toMatchObject({ status: 403 });
    expect((await ask(uri)).kind).toBe('segment');
  });

  it.each(['/live/../admin/1.ts', '/live/%2e%2e/admin', '/live/..%2fadmin', '/live/%252e%252e/admin'])(
    'does not lead out by %s',
    async (path) => {
      const { refusal, uri } = await grantOf();
      const escape = `/hls${path}?${uri.split('?')[1] ?? ''}`;
      expect([400, 403]).toContain((await refusal(escape)).status);
    },
  );

  it.each([
    ['/live/a|b^c.ts?x=|^', '/live/a%7Cb%5Ec.ts?x=%7C%5E'],
    ['/live/50%.ts?sig=5%&y=%zz', '/live/50%25.ts?sig=5%25&y=%25zz'],
    ['/live/%7e%c3%a9.ts', '/live/~%C3%A9.ts'],
  ])('is good for what would be refused as it stands: %s', async (named, asked) => {
    const { access, ask, master } = await grantOf();
    expect((await ask(access.uriFor(master, local(named)))).resource).toEqual({ local: asked });
    const elsewhere = `https://cdn.example${named}`;
    const { resource } = await ask(access.uriFor(master, foreign(elsewhere)));
    // Newer Nodes spell some of these in another way, as the URL standard has come to.
    expect('foreign' in resource && resource.foreign.href).toBe(new URL(elsewhere).href);
  });

  it('takes what players add, LL-HLS directives and CMCD: those go up with playlists, these do not', async () => {
    const { access, ask, master, uri } = await grantOf();
    const playlist = access.uriFor(master, local('/live/a.m3u8?a=1', 'playlist'));
    const added = `&_HLS_msn=12&_HLS_part=3&CMCD=${encodeURIComponent('br=3000,nor="2.ts"')}`;
    expect((await ask(playlist + added)).resource).toEqual({ local: '/live/a.m3u8?a=1&_HLS_msn=12&_HLS_part=3' });
    const moved = playlist.replace('?a=1', '?CMCD=bs&_HLS_skip=YES&a=1');
    expect((await ask(moved)).resource).toEqual({ local: '/live/a.m3u8?_HLS_skip=YES&a=1' });
    expect((await ask(uri + added)).resource).toEqual({ local: '/live/1.ts?a=1' });
  });

  it('leaves a parameter of the origin alone that has the same name', async () => {
    const { ask, access, master } = await grantOf();
    const uri = access.uriFor(master, local('/live/1.ts?fb=facebook&x=1'));
    expect((await ask(uri)).resource).toEqual({ local: '/live/1.ts?fb=facebook&x=1' });
  });

  it('holds for paths in any spelling that comes to the same', async () => {
    const { ask, access, master } = await grantOf();
    const uri = access.uriFor(master, local('/live/a%7eb%20c/(1).ts?q=%c3%a9'));
    expect(uri).toContain('/hls/live/a%7eb%20c/(1).ts?q=%c3%a9&fb=');
    expect((await ask(uri)).resource).toEqual({ local: '/live/a~b%20c/(1).ts?q=%C3%A9' });
    expect((await ask(uri.replace('%7e', '~'))).resource).toEqual({ local: '/live/a~b%20c/(1).ts?q=%C3%A9' });
  });

  it('ends with the token that it came from, on the second', async () => {
    const { ask, refusal, uri } = await grantOf();
    now = T0 + 3_599_999;
    await ask(uri);
    now = T0 + 3_600_000;
    expect(await refusal(uri)).toMatchObject({ status: 403 });
  });

  it('ends with its session, at once', async () => {
    const { ask, refusal, sessions, master, uri } = await grantOf();
    await ask(uri);
    await sessions.end(master.session.id);
    expect(await refusal(uri)).toMatchObject({ status: 403 });
    expect((await ask(tokenFor('/live/main.m3u8'))).session.id).not.toBe(master.session.id);
  });

  it('is good from everywhere, or from the viewer’s network alone', async () => {
    const free = await grantOf();
    expect((await free.ask(free.uri, { address: '203.0.113.1' })).session).toBe(free.master.session);
    const bound = await grantOf({ bindAddress: true });
    expect((await bound.ask(bound.uri, { address: '192.0.2.99' })).kind).toBe('segment');
    expect((await bound.ask(bound.uri, { address: '::ffff:192.0.2.99' })).kind).toBe('segment');
    for (const address of ['192.0.3.7', '2001:db8::1', 'unknown'])
      expect(await bound.refusal(bound.uri, { address })).toMatchObject({ status: 403 });
    const freed = bound.uri.replace(/\.s?b/, (text) => text.replace('b', 'a'));
    expect(await bound.refusal(freed)).toMatchObject({ status: 403 });
  });

  it('of another process or node with the same secret is as good, after a pause too, its user with it', async () => {
    const { uri, master } = await grantOf({ secrets: ['old'] });
    const other = doorOf({ ...closed, secrets: ['new', 'old'] });
    now += 600_000;
    expect((await other.ask(uri)).session).toMatchObject({ id: master.session.id, uid: 'u' });
    expect(await doorOf({ ...closed, secrets: ['new'] }).refusal(uri)).toMatchObject({ status: 403 });
  });

  it('of a key lasts a short time and a few uses, counted over all processes', async () => {
    const store = memorySessionStore();
    const options = { ...closed, keyUses: 3 };
    const [a, b] = [doorOf(options, store), doorOf(options, store)];
    const master = await a.ask(tokenFor('/live/main.m3u8'));
    const uri = a.access.uriFor(master, local('/live/key', 'key'));
    await a.ask(uri);
    await b.ask(uri);
    await a.ask(uri);
    expect(await b.refusal(uri)).toMatchObject({ status: 403 });
    expect(await a.refusal(uri)).toMatchObject({ status: 403 });
    const other = a.access.uriFor(master, local('/live/key2', 'key'));
    expect(a.access.uriFor(master, local('/live/key2', 'key'))).toBe(other);
    now += 60_000;
    await a.ask(other);
    now += 60_000;
    expect(await a.refusal(other)).toMatchObject({ status: 403 });
    const renewed = a.access.uriFor(master, local('/live/key2', 'key'));
    expect(pathOf(renewed)).toBe(pathOf(other));
    await a.ask(renewed);
  });

  it('of a key in a playlist that is not loaded again lasts as long as the session may', async () => {
    const { access, master, ask, refusal } = await grantOf();
    const uri = access.uriFor(master, local('/vod/key', 'key', true));
    for (let count = 0; count < 8; count += 1) await ask(uri);
    expect(await refusal(uri)).toMatchObject({ status: 403 });
    // A film is long: renditions change, and players ask for their key again.
    now = T0 + 120_000;
    await ask(uri);
    now = T0 + 3_500_000;
    await ask(uri);
    now = T0 + 3_600_000;
    expect(await refusal(uri)).toMatchObject({ status: 403 });
  });
});

describe('a URL on another host', () => {
  const url = 'https://cdn.example/live/1.ts?sig=abc&x=%20';

  it('is asked for by a path that hides it, keeps its extension and stays the same; its query stays in sight', async () => {
    const { access, ask } = doorOf(closed);
    const master = await ask(tokenFor('/a.m3u8'));
    const uri = access.uriFor(master, foreign(url));
    expect(uri).toMatch(/^\/hls\/@\/[\w-]+\.[\w-]+\.ts\?sig=abc&x=%20&fb=/);
    expect(pathOf(doorOf(closed).access.uriFor(master, foreign(url)))).toBe(pathOf(uri));
    const hrefOf = async (target: string): Promise<string> => {
      const { resource } = await ask(`${target}&_HLS_msn=3&CMCD=bs`);
      return 'foreign' in resource ? resource.foreign.href : '';
    };
    expect(await hrefOf(uri)).toBe(url);
    expect(await hrefOf(access.uriFor(master, foreign(url, 'playlist')))).toBe(`${url}&_HLS_msn=3`);
  });

  it('is what was sealed, whatever the query says', async () => {
    const { access, ask } = doorOf(closed);
    const uri = access.uriFor(await ask(tokenFor('/a.m3u8')), foreign(url));
    const { resource } = await ask(uri.replace('sig=abc', 'sig=evil&host=evil.example'));
    expect('foreign' in resource && resource.foreign.href).toBe(url);
  });

  it('is refused unless this proxy sealed it, as it is, for this session', async () => {
    const { access, ask, refusal } = doorOf(closed);
    const master = await ask(tokenFor('/a.m3u8'));
    const uri = access.uriFor(master, foreign(url));
    const other = access.uriFor(master, foreign('https://cdn.example/live/2.ts'));
    const attempts = [
      pathOf(uri),
      `${pathOf(uri)}?${other.split('?')[1] ?? ''}`,
      uri.replace('.ts?', '.mp4?'),
      uri.replace('.ts?', '?'),
      uri.replace('/@/', '/@/x'),
      `/hls/@/${Buffer.from('https://evil.example/').toString('base64url')}?${uri.split('?')[1] ?? ''}`,
      '/hls/@/https://evil.example/',
      '/hls/@/',
      '/hls/@/..',
    ];
    for (const attempt of attempts) expect([400, 403], attempt).toContain((await refusal(attempt)).status);
    const stranger = doorOf({ ...closed, secrets: ['another secret'] });
    expect(await stranger.refusal(uri)).toMatchObject({ status: 403 });
  });

  it('needs the seal where anyone may watch, too', async () => {
    const { access, ask, refusal } = doorOf();
    const uri = access.uriFor(await ask('/hls/a.m3u8'), foreign(url));
    expect((await ask(pathOf(uri))).resource).toMatchObject({ foreign: { host: 'cdn.example' } });
    expect(await refusal(`${pathOf(uri)}x`)).toMatchObject({ status: 403 });
  });

  it('that is too long or of another kind fails the playlist, not the player', async () => {
    const { access, ask } = doorOf();
    const master = await ask('/hls/a.m3u8');
    for (const wrong of [`https://cdn.example/${'a'.repeat(5000)}`, 'ftp://cdn.example/a'])
      expect(() => access.uriFor(master, foreign(wrong))).toThrow(expect.objectContaining({ status: 502 }));
    const long = access.uriFor(master, foreign(`https://cdn.example/a.ts?${'a'.repeat(4000)}`));
    expect(long.length).toBeLessThan(8192);
    expect((await ask(long)).resource).toMatchObject({ foreign: { pathname: '/a.ts' } });
  });

  it('is not what a folder of the origin is called', async () => {
    const { access, ask } = doorOf();
    const uri = access.uriFor(await ask('/hls/a.m3u8'), local('/@/1.ts'));
    expect((await ask(uri)).resource).toEqual({ local: '/%40/1.ts' });
  });
});

describe('where anyone may watch', () => {
  it('a request without a grant opens a session, found again on reload; what came with an old grant, too', async () => {
    const { access, ask } = doorOf();
    const master = await ask('/hls/live/main.m3u8?x=1&uid=evil&token=origin');
    expect(master).toMatchObject({
      session: { uid: undefined, stream: '/live/main.m3u8' },
      resource: { local: '/live/main.m3u8?x=1&uid=evil&token=origin' },
      expiresAt: undefined,
    });
    expect((await ask('/hls/live/main.m3u8')).session).toBe(master.session);
    expect((await ask('/hls/live/1.ts')).session.stream).toBe('/live/');
    const uri = access.uriFor(master, local('/live/1.ts'));
    expect((await ask(uri)).session).toBe(master.session);
    const restarted = doorOf({ secrets: ['made anew'] });
    expect(await restarted.ask(uri)).toMatchObject({ kind: undefined, resource: { local: '/live/1.ts' } });
    // Of a time when tokens were wanted, and it has ended since.
    const before = doorOf(closed);
    const expired = before.access.uriFor(await before.ask(tokenFor('/live/main.m3u8')), local('/live/1.ts'));
    now += 86_400_000;
    expect(await ask(expired)).toMatchObject({ kind: undefined, resource: { local: '/live/1.ts' } });
  });

  it('keys have neither end nor count', async () => {
    const { access, ask } = doorOf({ keyUses: 1 });
    const uri = access.uriFor(await ask('/hls/a.m3u8'), local('/key', 'key'));
    now += 86_400_000 * 30;
    for (let count = 0; count < 5; count += 1) expect((await ask(uri)).kind).toBe('key');
  });

  it('an address that is not in the networks is refused, whatever it has', async () => {
    const { ask, refusal } = doorOf({ ...closed, allowedCidrs: ['192.0.2.0/24', '2001:db8::/32'] });
    for (const address of [ADDRESS, '::ffff:192.0.2.1', '2001:db8::5']) await ask(tokenFor('/a.m3u8'), { address });
    for (const address of ['198.51.100.1', '2001:db9::1', ''])
      expect(await refusal(tokenFor('/a.m3u8'), { address })).toMatchObject({ status: 403 });
  });
});

describe('an allow-list entry', () => {
  const entry = (more: object = {}) => ({
    id: 'entry',
    uid: 'guest',
    path: '/live',
    address: '192.0.2.200',
    userAgent: undefined,
    createdAt: T0,
    expiresAt: undefined,
    ...more,
  });

  it('lets its network in to its path, without a token, bound to that network', async () => {
    const door = doorOf(closed);
    await door.sessions.store.allow(entry());
    expect(await door.refusal('/hls/live/main.m3u8')).toMatchObject({ status: 403 });
    await door.sessions.flush();
    const master = await door.ask('/hls/live/main.m3u8');
    expect(master).toMatchObject({ session: { uid: 'guest' }, resource: { local: '/live/main.m3u8' } });
    for (const path of ['/hls/livestock/main.m3u8', '/hls/main.m3u8', '/hls/live%2Fmain.m3u8'])
      expect(await door.refusal(path)).toMatchObject({ status: 403 });
    expect(await door.refusal('/hls/live/main.m3u8', { address: '192.0.3.7' })).toMatchObject({ status: 403 });
    const child = door.access.uriFor(master, local('/elsewhere/1.ts'));
    await door.ask(child);
    expect(await door.refusal(child, { address: '192.0.3.7' })).toMatchObject({ status: 403 });
  });

  it('may be for one user agent, and for a time', async () => {
    const door = doorOf(closed);
    await door.sessions.store.allow(entry({ userAgent: 'Box/1', expiresAt: T0 + 60_000 }));
    await door.sessions.flush();
    expect(await door.refusal('/hls/live/a.m3u8')).toMatchObject({ status: 403 });
    const master = await door.ask('/hls/live/a.m3u8', { userAgent: 'Box/1' });
    const child = door.access.uriFor(master, local('/live/1.ts'));
    now += 60_000;
    expect(await door.refusal('/hls/live/a.m3u8', { userAgent: 'Box/1' })).toMatchObject({ status: 403 });
    expect(await door.refusal(child, { userAgent: 'Box/1' })).toMatchObject({ status: 403 });
  });

  it('ends its sessions when it is removed', async () => {
    const door = doorOf(closed);
    await door.sessions.store.allow(entry());
    await door.sessions.flush();
    const master = await door.ask('/hls/live/a.m3u8');
    await door.sessions.flush();
    await door.sessions.store.disallow({ id: 'entry', now });
    await door.sessions.flush();
    expect(master.session.ended).toBe(true);
    expect(await door.refusal('/hls/live/a.m3u8')).toMatchObject({ status: 403 });
  });
});

describe('explaining', () => {
  it('says what would be decided and why, changes nothing, and shows no secret', async () => {
    const door = doorOf({ ...closed, tokenUses: 1 });
    const explain = (target: string, address = ADDRESS) => {
      const { path, query } = parseTarget(target);
      return door.access.explain({ target: { path: path.slice(4), query }, address, userAgent: 'Player' });
    };
    const target = tokenFor('/live/main.m3u8');
    expect(await explain(target)).toMatchObject({ allowed: true, by: 'token', uid: 'u', resource: '/live/main.m3u8' });
    expect(door.sessions.size).toBe(0);
    const master = await door.ask(target);
    const uri = door.access.uriFor(master, local('/live/1.ts?secret=x'));
    const told = await explain(uri);
    expect(told).toMatchObject({ allowed: true, by: 'grant', kind: 'segment', sessionId: master.session.id });
    expect(JSON.stringify(told)).not.toContain('secret');
    expect(await explain(uri.replace('1.ts', '2.ts'))).toMatchObject({ allowed: false, code: 'forged-grant' });
    expect(await explain('/hls/live/main.m3u8')).toMatchObject({ allowed: false, code: 'no-token' });
    expect(await explain(target.replace('uid=u', 'uid=v'))).toMatchObject({ allowed: false, code: 'forged-token' });
    await door.sessions.end(master.session.id);
    expect(await explain(uri)).toMatchObject({ allowed: false, code: 'session-ended' });
    now = T0 + 3_600_000;
    expect(await explain(target)).toMatchObject({ allowed: false, code: 'expired-token' });
    expect(await explain(uri)).toMatchObject({ allowed: false, code: 'expired-grant' });
  });
});

it('names the option that is wrong', () => {
  expect(() => doorOf({ mount: 'hls' })).toThrow(/mount/);
  expect(() => doorOf({ secrets: [] })).toThrow(/secrets/);
  expect(() => doorOf({ keyUses: 0 })).toThrow(/keyUses is 0/);
  expect(() => doorOf({ allowedCidrs: ['nonsense'] })).toThrow(/nonsense/);
});
