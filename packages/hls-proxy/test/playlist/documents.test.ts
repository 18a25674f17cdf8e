import { describe, expect, it } from 'vitest';
import { rewriteAssetList, rewriteSteering, type DocumentChild } from '@forebay/hls-proxy';

const options = {
  baseUrl: 'https://steer.example/manifest.json',
  map: ({ kind, uri }: DocumentChild): string => `/p/${kind}/${uri.host}${uri.pathname}`,
};

describe('an asset list', () => {
  it('leads to its assets through the proxy and keeps the rest', () => {
    const list = {
      ASSETS: [{ URI: 'https://ads.example/1.m3u8', DURATION: 15.5, 'X-MORE': { URI: 'kept' } }, { DURATION: 1 }],
      'SKIP-CONTROL': { OFFSET: 5 },
    };
    expect(JSON.parse(rewriteAssetList(JSON.stringify(list), options))).toEqual({
      ...list,
      ASSETS: [{ ...list.ASSETS[0], URI: '/p/playlist/ads.example/1.m3u8' }, { DURATION: 1 }],
    });
  });

  it('is refused when it is no JSON object', () => {
    for (const text of ['[]', '<html>', 'null', '']) expect(() => rewriteAssetList(text, options)).toThrow(SyntaxError);
  });
});

describe('a steering manifest', () => {
  const clone = (id: string, base: string, replacement: object): object => ({
    ID: id,
    'BASE-ID': base,
    'URI-REPLACEMENT': replacement,
  });

  it('comes back through the proxy, and so do the URIs that a clone lists', () => {
    const manifest = {
      VERSION: 1,
      TTL: 300,
      'RELOAD-URI': 'next?x=1',
      'PATHWAY-PRIORITY': ['b', 'a'],
      'PATHWAY-CLONES': [
        clone('b', 'a', {
          'PER-VARIANT-URIS': { v1: 'https://b.example/v1.m3u8', __proto__: 'kept' },
          'PER-RENDITION-URIS': { r1: 'https://b.example/r1.m3u8' },
        }),
      ],
    };
    const rewritten = JSON.parse(rewriteSteering(JSON.stringify(manifest), options)) as Record<string, unknown>;
    expect(rewritten).toMatchObject({ VERSION: 1, TTL: 300, 'RELOAD-URI': '/p/steering/steer.example/next' });
    expect(rewritten['PATHWAY-CLONES']).toEqual([
      clone('b', 'a', {
        'PER-VARIANT-URIS': { v1: '/p/playlist/b.example/v1.m3u8' },
        'PER-RENDITION-URIS': { r1: '/p/playlist/b.example/r1.m3u8' },
      }),
    ]);
  });

  it('loses the clones that would lead past the proxy, and clones of these', () => {
    const manifest = {
      VERSION: 1,
      'PATHWAY-CLONES': [
        clone('host', 'a', { HOST: 'evil.example' }),
        clone('params', 'a', { PARAMS: { x: '1' } }),
        clone('of-host', 'host', { 'PER-VARIANT-URIS': {} }),
        clone('fine', 'a', { 'PER-VARIANT-URIS': {} }),
        'nonsense',
      ],
    };
    const text = rewriteSteering(JSON.stringify(manifest), options);
    expect(text).not.toContain('evil');
    const { 'PATHWAY-CLONES': left } = JSON.parse(text) as { 'PATHWAY-CLONES': { ID: string }[] };
    expect(left.map(({ ID }) => ID)).toEqual(['fine']);
  });
});
