import type { IncomingHttpHeaders } from 'node:http';
import { type AllowList, clientAddress } from '@forebay/guard';
import { parseTarget, Problem } from '@forebay/reverse-proxy';
import type { Access, Admission, ViewerRequest } from './access/admission.js';
import { cmcdOfHeaders } from './sessions/cmcd.js';

/** A request as far as it is known before its body or answer. */
export interface Caller {
  /** The request target as it was sent, mount included. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
}

/** More nodes in a row than anybody means: the request goes round in circles (RFC 9110 section 7.6.3). */
const MOST_HOPS = 10;

/** Reads who asks for what, and has the access decide. */
export class Reception {
  readonly #access: Access;
  readonly #mount: string;
  readonly #trusted: AllowList | undefined;
  readonly #via: string;

  constructor(options: {
    readonly access: Access;
    readonly mount: string;
    readonly trusted: AllowList | undefined;
    readonly via: string;
  }) {
    this.#access = options.access;
    this.#mount = options.mount;
    this.#trusted = options.trusted;
    this.#via = options.via;
  }

  /** @throws {Problem} 400 or 414 for a bad target, 508 for a loop, and what the access throws. */
  admit(caller: Caller): Admission | Promise<Admission> {
    this.#refuseLoops(caller.headers);
    return this.#access.admit(this.#viewer(caller));
  }

  #viewer({ target, headers, remoteAddress }: Caller): ViewerRequest {
    const { path, query } = parseTarget(target);
    if (!path.startsWith(this.#mount)) throw new Problem(404, 'not-found', 'there is nothing at this path');
    const trusted = this.#trusted;
    return {
      target: { path: path.slice(this.#mount.length - 1), query },
      address: clientAddress({ remoteAddress, headers, trusted }) ?? '0.0.0.0',
      userAgent: headers['user-agent'],
      cmcd: cmcdOfHeaders(headers),
    };
  }

  #refuseLoops({ via }: IncomingHttpHeaders): void {
    if (via === undefined) return;
    const name = this.#via.split(' ')[1];
    const hops = via.split(',').filter((hop) => hop.trim().split(/\s+/)[1] === name).length;
    if (hops >= MOST_HOPS)
      throw new Problem(508, 'loop-detected', `the request came through ${hops} proxies named ${JSON.stringify(name)}`);
  }
}
