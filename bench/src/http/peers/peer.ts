import { setTimeout as wait } from 'node:timers/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { Child } from '../child.js';
import { get } from '../client.js';
import type { Cores } from '../machine.js';
import type { Origin } from '../origin.js';

export type PeerName = 'forebay' | 'nginx-tuned' | 'nginx-usual' | 'varnish' | 'node-http';

/** What a case wants of a server. */
export interface Setting {
  readonly origin: Origin;
  readonly cores: Cores;
  readonly on: string;
  readonly workers: number;
  /** Bound of the memory cache, for servers that have one. */
  readonly memoryBytes: number;
  /** Answers come from disk (or what the system keeps of it), not from the server's memory. */
  readonly fromDisk: boolean;
  /** An empty folder of the server's own. */
  readonly folder: string;
}

export interface RunningPeer {
  readonly name: PeerName;
  readonly url: string;
  readonly child: Child;
}

export interface Peer {
  readonly name: PeerName;
  readonly title: string;
  /** Why it cannot run here, and what to do about it. */
  missing(): string | undefined;
  /** Whether it has anything to say to the case. */
  suits(setting: Pick<Setting, 'fromDisk' | 'workers'>): boolean;
  start(setting: Setting, port: number): Promise<Child>;
}

/** Starts a server on a free port and waits until it answers. */
export async function startPeer(peer: Peer, setting: Setting, readyPath = '/'): Promise<RunningPeer> {
  const port = await freePort();
  const child = await peer.start(setting, port);
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await get(url + readyPath, { timeoutMs: 1000, discard: true });
      return { name: peer.name, url, child };
    } catch (error) {
      if (child.hasEnded() || Date.now() > deadline) {
        await child.stop();
        throw new Error(`${peer.title} does not start: ${child.output().trim() || String(error)}`, { cause: error });
      }
      await wait(50);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('no free port');
  return address.port;
}
