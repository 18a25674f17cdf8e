import { describe, expect, it } from 'vitest';
import { createRecorder } from '../src/recorder.js';

describe('the recorder', () => {
  it('gets its answer from another interface when one breaks, and blocks the broken one', async () => {
    const { getInfo, fakes, loadBalancer } = createRecorder();
    fakes.mobile.failing = 0;
    fakes.web.failing = 1;
    for (let index = 0; index < 12; index++) {
      // oxlint-disable-next-line no-await-in-loop -- a recorder polls
      expect(await getInfo('1', { api: 'balance' })).toMatchObject({ channelId: '1', living: true });
    }
    expect(loadBalancer.blocked()).toMatchObject([{ name: 'web' }]);
  });

  it('asks one interface by name without balancing', async () => {
    const { getInfo, loadBalancer } = createRecorder();
    expect(await getInfo('1', { api: 'userHTML' })).toMatchObject({ via: 'userHTML' });
    expect(loadBalancer.stats().attempts).toBe(0);
  });
});
