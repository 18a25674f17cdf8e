import { afterEach, describe, expect, it } from 'vitest';
import { customPreset, imagePreset } from '@forebay/reverse-proxy';
import { Origin, sendJson } from './support/origin.js';
import { MountedProxy } from './support/proxy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

async function heard(headers: Record<string, string>, preset = customPreset()): Promise<unknown[]> {
  const origin = await Origin.start(sendJson({}, { 'cache-control': 'no-store' }));
  const proxy = await MountedProxy.start({ preset, contentTypes: ['*/*'], upstreams: [origin.url] });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  await proxy.get('/a', headers);
  const sent = origin.requests[0]?.headers ?? {};
  return [sent['traceparent'], sent['tracestate']];
}

describe('the trace of a request', () => {
  it('reaches the upstream, whatever else does', async () => {
    const headers = { traceparent: parent, tracestate: 'vendor=1' };
    expect(await heard(headers)).toEqual([parent, 'vendor=1']);
    expect(await heard(headers, imagePreset())).toEqual([parent, 'vendor=1']);
  });

  it('is left out where it is malformed, and its state with it', async () => {
    const wrong = [
      parent.toUpperCase(),
      `${parent}-more`,
      parent.replace('00-', 'ff-'),
      parent.replace(/[0-9a-f]{32}/, '0'.repeat(32)),
      parent.replace(/-[0-9a-f]{16}-/, `-${'0'.repeat(16)}-`),
      'x',
    ];
    for (const traceparent of wrong)
      expect(await heard({ traceparent, tracestate: 'a=1' })).toEqual([undefined, undefined]);
    expect(await heard({ tracestate: 'a=1' })).toEqual([undefined, undefined]);
  });

  it('may be of a later version, which may say more', async () => {
    const later = `${parent.replace('00-', '01-')}-more`;
    expect(await heard({ traceparent: later })).toEqual([later, undefined]);
    expect(await heard({ traceparent: parent, tracestate: 'a'.repeat(513) })).toEqual([parent, undefined]);
  });
});
