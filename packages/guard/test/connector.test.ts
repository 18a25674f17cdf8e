import { createServer } from 'node:http';
import {
  createConnector,
  type DialOptions,
  type GuardConnectorOptions,
  GuardError,
  isGuardError,
  type ResolvedAddress,
} from '@forebay/guard';
import { Agent, request } from 'undici';
import { describe, expect, it } from 'vitest';

interface Attempt {
  readonly error: Error | null;
  readonly dialled: readonly DialOptions[];
  readonly asked: readonly string[];
}

/** Connects to `hostname` with a resolver that answers from `answers`, and a dial that only records. */
const attempt = (
  hostname: string,
  answers: readonly string[] = [],
  options: GuardConnectorOptions = {},
  port = '443',
): Promise<Attempt> =>
  new Promise((settle) => {
    const dialled: DialOptions[] = [];
    const asked: string[] = [];
    const connector = createConnector({
      resolve: (name, callback) => {
        asked.push(name);
        const found: ResolvedAddress[] = answers.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        callback(null, found);
      },
      connect: (target, callback) => {
        dialled.push(target);
        callback(new Error('recorded'), null);
      },
      ...options,
    });
    connector({ hostname, protocol: 'https:', port }, (...[error]) => settle({ error, dialled, asked }));
  });

describe('createConnector', () => {
  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '168.63.129.16',
    '0.0.0.0',
    '::1',
    '[::1]',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '5f00::1',
    'localhost',
    'localhost.',
    'foo.localhost',
    '::ffff:192.168.0.1',
    '2001:0:808:808::80ff:fffe',
  ])('refuses the literal %s without a look-up or a dial', async (hostname) => {
    const { error, dialled, asked } = await attempt(hostname);
    expect(error).toMatchObject({ code: 'FOREBAY_ADDRESS_REFUSED' });
    expect([...dialled, ...asked]).toEqual([]);
  });

  it('refuses a name if any of its answers is in a refused class', async () => {
    const { error, dialled } = await attempt('rebind.example', ['93.184.216.34', '::ffff:10.0.0.1']);
    expect(isGuardError(error)).toBe(true);
    expect(error).toBeInstanceOf(GuardError);
    expect(error?.message).toContain('rebind.example');
    expect(dialled).toEqual([]);
  });

  it('hands the checked addresses to the dial after one look-up', async () => {
    const { dialled, asked } = await attempt('media.example', ['93.184.216.34', '2606:4700::1111']);
    expect(asked).toEqual(['media.example']);
    expect(dialled[0]?.addresses.map(({ address }) => address)).toEqual(['93.184.216.34', '2606:4700::1111']);
  });

  it('lets named hosts be anywhere, with a port only on that port', async () => {
    const allow = ['media.internal', '10.0.0.5:8080', '[fd00::7]:443'];
    expect((await attempt('media.internal', ['10.0.0.9'], { allow })).dialled).toHaveLength(1);
    expect((await attempt('10.0.0.5', [], { allow }, '8080')).dialled).toHaveLength(1);
    expect((await attempt('fd00::7', [], { allow })).dialled).toHaveLength(1);
    expect((await attempt('10.0.0.5', [], { allow }, '22')).error).toMatchObject({ code: 'FOREBAY_ADDRESS_REFUSED' });
    expect((await attempt('10.0.0.6', [], { allow: (host) => host === '10.0.0.6' })).dialled).toHaveLength(1);
  });

  it('refuses an allow entry that is no host, and names it', () => {
    expect(() => createConnector({ allow: ['https://a.example'] })).toThrow('"https://a.example"');
  });

  it('reports a name without addresses as an error', async () => {
    expect((await attempt('nowhere.example')).error?.message).toContain('nowhere.example');
  });

  it('serves undici as its connect option, and connects to the checked address', async () => {
    const server = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const dispatcher = new Agent({
      connect: createConnector({
        allow: ['pinned.invalid'],
        resolve: (_name, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
      }),
    });
    const { body } = await request(`http://pinned.invalid:${port}/`, { dispatcher });
    expect(await body.text()).toBe('here');
    await expect(request(`http://other.invalid:${port}/`, { dispatcher })).rejects.toMatchObject({
      code: 'FOREBAY_ADDRESS_REFUSED',
    });
    await dispatcher.destroy();
    server.close();
  });
});
