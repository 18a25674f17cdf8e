import { cmcdOfHeaders, parseCmcd } from '@forebay/hls-proxy';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('what a player says of itself (CTA-5004)', () => {
  it('is read with its types, in any order, from the query', () => {
    expect(
      parseCmcd(
        'bl=21300,br=3200,bs,cid="faec5fc2",d=4004,mtp=25400,nor="..%2F300kbps%2Ftrack.m4v",ot=v,pr=1.08,sf=h,sid="6e2fb550",st=v,su,tb=6000',
      ),
    ).toEqual({
      bl: 21_300,
      br: 3200,
      bs: true,
      cid: 'faec5fc2',
      mtp: 25_400,
      nor: '..%2F300kbps%2Ftrack.m4v',
      ot: 'v',
      pr: 1.08,
      sf: 'h',
      sid: '6e2fb550',
      st: 'v',
      su: true,
      tb: 6000,
    });
  });

  it('is read from the four headers', () => {
    expect(
      cmcdOfHeaders({ 'cmcd-object': 'br=3200,ot=v', 'cmcd-session': 'sid="a, \\"b\\""', 'cmcd-status': 'bs' }),
    ).toEqual({ br: 3200, ot: 'v', sid: 'a, "b"', bs: true });
    expect(cmcdOfHeaders({ 'user-agent': 'x' })).toBeUndefined();
  });

  it('is left out where it is malformed, strange, or too long to be kept', () => {
    expect(parseCmcd(`br=fast,bl=-1,cid="${'a'.repeat(200)}",sid="\u001b[31m",__proto__=1,com.example-x="y"`)).toEqual(
      {},
    );
    expect(parseCmcd('br=1,'.repeat(1000))).toEqual({});
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const value of Object.values(parseCmcd(text))) expect(String(value).length).toBeLessThan(1100);
      }),
    );
  });
});
