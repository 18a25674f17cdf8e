import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Origin } from './support/origin.js';
import { MountedProxy, until } from './support/proxy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

it('ends all that was pipelined on a connection when it is lost, whosever turn it is', async () => {
  const left: string[] = [];
  const origin = await Origin.start((request) => {
    request.socket.once('close', () => left.push(request.url ?? ''));
  });
  const proxy = await MountedProxy.start({
    upstreams: { origins: [origin.url], headersTimeout: 60_000, deadline: 60_000 },
  });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  const paths = ['/t/p/w500/a.png', '/t/p/w500/b.png', '/t/p/w500/c.png'];
  const socket = connect(proxy.port, '127.0.0.1', () => {
    socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  });
  await until(() => origin.requests.length === 3, 'the origin is asked for all of them');
  socket.destroy();
  await until(() => left.length === 3, 'the origin is rid of all of them');
  await until(() => proxy.answered.length === 3, 'all of them are over');
  expect(proxy.answered.map(({ status }) => status)).toEqual([499, 499, 499]);
});
