import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { clientAddress, type AllowList } from '@forebay/guard';
import type { AnsweredRequest, ReverseProxyObserver } from '@forebay/reverse-proxy';
import type { RequestLogConfig } from '../config/config.js';
import type { Watch } from '../middleware/watch.js';
import { rememberHead, type ReadField } from './written-head.js';
import { combinedLine, jsonLine, type AccessEntry } from './access-line.js';

export interface AccessLogOptions {
  readonly config: RequestLogConfig;
  readonly trusted: AllowList;
  /** Takes whole lines. */
  readonly write: (line: string) => void;
  /** From 0 to 1, for sampling. @default Math.random */
  readonly random?: () => number;
}

/** As nginx logs it: the client closed the connection before there was an answer. */
const CLIENT_LEFT = 499;

/** What the proxies tell of a request while it is answered. */
interface Note {
  known: Pick<AnsweredRequest, 'bytes' | 'outcome' | 'requestId' | 'source' | 'status'>;
}

interface Seen extends Partial<Note> {
  readonly head: ReadField;
  readonly durationMs: number;
  readonly remoteAddress: string;
}

/**
 * A line for each request. The proxies know what they did, and the sockets for whom: each request carries a note of its
 * own through whatever it waits for, which costs something; a server that keeps no access log makes none of this.
 */
export class AccessLog {
  readonly #options: Required<AccessLogOptions>;
  readonly #notes = new AsyncLocalStorage<Partial<Note>>();

  constructor(options: AccessLogOptions) {
    this.#options = { random: Math.random, ...options };
  }

  readonly watch: Watch = (incoming, response, next) => {
    const started = performance.now();
    const note: Partial<Note> = {};
    const head = rememberHead(response);
    // Once the socket is closed nobody knows whose it was.
    const remoteAddress = incoming.socket.remoteAddress ?? '';
    // The proxy tells what it did when it is through, which may be a turn after the socket is.
    response.once('close', () => {
      const durationMs = performance.now() - started;
      setImmediate(() => this.#log(incoming, response, { ...note, head, durationMs, remoteAddress }));
    });
    this.#notes.run(note, next);
  };

  /** Listens in on what a proxy tells another. */
  listenIn(observer: ReverseProxyObserver): ReverseProxyObserver {
    const notes = this.#notes;
    return {
      hit(status, bytes, requestId) {
        const note = notes.getStore();
        if (note !== undefined) note.known = { status, bytes, requestId, outcome: 'HIT', source: 'memory' };
        observer.hit(status, bytes, requestId);
      },
      answered(request) {
        const note = notes.getStore();
        if (note !== undefined) note.known = request;
        observer.answered(request);
      },
    };
  }

  #log(incoming: IncomingMessage, response: ServerResponse, seen: Seen): void {
    const { durationMs, head, known, remoteAddress } = seen;
    const { config, random, trusted, write } = this.#options;
    const status = known?.status ?? (response.headersSent ? response.statusCode : CLIENT_LEFT);
    if (status < 500 && random() >= config.sample) return;
    const { headers, httpVersion, method = '-', url = '-' } = incoming;
    const entry: AccessEntry = {
      at: new Date(),
      address: clientAddress({ remoteAddress, headers, trusted }) ?? '-',
      method,
      target: url,
      protocol: `HTTP/${httpVersion}`,
      status,
      bytes: known?.bytes ?? (method === 'HEAD' ? 0 : Number(head('content-length') ?? 0)),
      durationMs,
      requestId: known?.requestId ?? head('x-request-id'),
      cache: known?.outcome.toLowerCase(),
      source: known?.source === '' ? undefined : known?.source,
      referer: headers.referer,
      userAgent: headers['user-agent'],
    };
    write(config.format === 'json' ? jsonLine(entry, process.pid) : combinedLine(entry));
  }
}
