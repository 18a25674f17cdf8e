import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectorCallback, Dial, DialOptions } from './connector.js';

const KEEP_ALIVE_DELAY = 60_000;

/** Answers Node's own look-up from the checked addresses, so that nothing is resolved a second time. */
const pinned =
  ({ addresses }: DialOptions): LookupFunction =>
  (_hostname, options, callback) => {
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  };

const open = (options: DialOptions): Socket => {
  const common = {
    host: options.hostname,
    lookup: pinned(options),
    autoSelectFamily: options.addresses.length > 1,
    ...(typeof options.localAddress === 'string' && { localAddress: options.localAddress }),
    ...(options.onread !== undefined && { onread: options.onread }),
  };
  if (options.protocol !== 'https:') return connectTcp({ ...common, port: Number(options.port || 80) });
  const servername = options.servername ?? options.hostname;
  return connectTls({
    ...common,
    port: Number(options.port || 443),
    ALPNProtocols: options.allowH2 === true ? ['http/1.1', 'h2'] : ['http/1.1'],
    ...(isIP(servername) === 0 && { servername }),
    ...(options.httpSocket !== undefined && { socket: options.httpSocket }),
  });
};

/** Dials over TCP or TLS to one of the given addresses (happy eyeballs between them), with one limit in ms for it all. */
export const createDial =
  (timeout: number): Dial =>
  (options: DialOptions, callback: ConnectorCallback): void => {
    const socket = open(options);
    let settled = false;
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error(`No connection within ${timeout} ms`), { code: 'ETIMEDOUT' }));
    }, timeout);
    const settle = (...result: Parameters<ConnectorCallback>): void => {
      clearTimeout(timer);
      if (settled) return;
      settled = true;
      callback(...result);
    };
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_DELAY);
    socket.once(options.protocol === 'https:' ? 'secureConnect' : 'connect', () => settle(null, socket));
    socket.on('error', (error) => settle(error, null));
  };
