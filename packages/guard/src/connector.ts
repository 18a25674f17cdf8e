import { lookup } from 'node:dns';
import { isIP, isIPv6, type OnReadOpts, type Socket } from 'node:net';
import { classifyAddress, classifyHost, plainHost } from './addresses.js';
import { createDial } from './dial.js';
import { GuardError } from './errors.js';

/** An address that a name resolved to. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** What undici hands to its `connect` function. */
export interface ConnectorOptions {
  readonly hostname: string;
  readonly host?: string | undefined;
  readonly protocol: string;
  readonly port: string;
  readonly servername?: string | null | undefined;
  readonly localAddress?: string | null | undefined;
  readonly httpSocket?: Socket | undefined;
  readonly allowH2?: boolean | undefined;
  /** What the socket is to read into, as `net.connect` takes it. */
  readonly onread?: OnReadOpts | undefined;
}

/** Where to connect: the addresses that were checked; a dial must use one of them and look nothing up. */
export interface DialOptions extends ConnectorOptions {
  readonly addresses: readonly ResolvedAddress[];
}

export type ConnectorCallback = (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void;

/** A function for undici's `connect` option. */
export type Connector = (options: ConnectorOptions, callback: ConnectorCallback) => void;

export type Resolve = (
  hostname: string,
  callback: (error: Error | null, addresses: readonly ResolvedAddress[]) => void,
) => void;

export type Dial = (options: DialOptions, callback: ConnectorCallback) => void;

export interface GuardConnectorOptions {
  /**
   * Hosts that the operator named and that may therefore be anywhere: `media.internal`, `10.0.0.5:8080` (on that
   * port only), or a function of host name and port.
   * @default none
   */
  readonly allow?: readonly string[] | ((hostname: string, port: number) => boolean) | undefined;
  /**
   * Looks a name up.
   * @default `dns.lookup` for all addresses
   */
  readonly resolve?: Resolve | undefined;
  /**
   * Opens the connection to one of the checked addresses.
   * @default `net.connect` or `tls.connect`
   */
  readonly connect?: Dial | undefined;
  /**
   * Time for connection and TLS handshake together, in ms.
   * @default 10000
   */
  readonly timeout?: number | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

const HOST_AND_PORT = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;

const resolveByDns: Resolve = (hostname, callback) => {
  lookup(hostname, { all: true }, (error, addresses) => callback(error, addresses ?? []));
};

const resolveAllow = (allow: GuardConnectorOptions['allow']): ((hostname: string, port: number) => boolean) => {
  if (typeof allow === 'function') return allow;
  const named = new Set<string>();
  for (const entry of allow ?? []) {
    const match = isIPv6(entry) ? [entry, entry] : HOST_AND_PORT.exec(entry);
    if (match?.[1] === undefined) throw new RangeError(`Option allow names "${entry}", which is no host`);
    const host = plainHost(match[1]);
    named.add(match[2] === undefined ? host : `${host} ${match[2]}`);
  }
  return (hostname, port) => named.has(hostname) || named.has(`${hostname} ${port}`);
};

/**
 * Makes a function for undici's `connect` option that reaches public addresses only (SSRF protection). Literals are
 * judged in every spelling, since no look-up happens for them; names are looked up once, a name with any answer in a
 * refused class is refused whole (mixed answers are how rebinding looks), and the connection goes to the very
 * addresses that were checked.
 *
 * The callback gets a {@link GuardError} `FOREBAY_ADDRESS_REFUSED`, or the error of look-up or connection.
 */
export const createConnector = (options: GuardConnectorOptions = {}): Connector => {
  const timeout = options.timeout ?? 10_000;
  if (!Number.isFinite(timeout) || timeout <= 0)
    throw new RangeError(`Option timeout is ${timeout}, must be above 0 ms`);
  const named = resolveAllow(options.allow);
  const resolve = options.resolve ?? resolveByDns;
  const dial = options.connect ?? createDial(timeout);
  return (target, callback) => {
    const host = plainHost(target.hostname);
    const free = named(host, Number(target.port || DEFAULT_PORTS[target.protocol]));
    const literal = classifyHost(host);
    if (!free && literal !== undefined && literal !== 'public') {
      return process.nextTick(callback, refusal(host, literal), null);
    }
    const family = isIP(host);
    if (family !== 0) return dial({ ...target, addresses: [{ address: host, family }] }, callback);
    resolve(host, (error, addresses) => {
      if (error !== null) return callback(error, null);
      if (addresses.length === 0) return callback(new Error(`No address for host ${host}`), null);
      const refused = free ? undefined : addresses.find(({ address }) => classifyAddress(address) !== 'public');
      if (refused !== undefined) return callback(refusal(host, classifyAddress(refused.address)), null);
      return dial({ ...target, addresses }, callback);
    });
  };
};

const refusal = (host: string, kind: string): GuardError =>
  new GuardError('FOREBAY_ADDRESS_REFUSED', `Connection to ${host} refused: its address is ${kind}`);
