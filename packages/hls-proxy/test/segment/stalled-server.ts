// A proxy without a cache in a process of its own, so that its memory is its own; started by stalled.test.ts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHlsProxy } from '@forebay/hls-proxy';
import { openAccess } from '../support/open-access.js';

const proxy = createHlsProxy({
  access: openAccess(),
  upstreams: { origins: [{ url: process.env['ORIGIN'] ?? '', connections: 100 }] },
});
const server = createServer((incoming, response) => void proxy.handle(incoming, response)).listen(
  0,
  '127.0.0.1',
  () => {
    process.send?.((server.address() as AddressInfo).port);
  },
);
