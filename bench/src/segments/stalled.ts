import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Report } from '../http/report.js';
import { fixed } from '../http/report.js';
import { type Contender, run, type Setting } from './servers.js';

const CLIENTS = 64;
const SETTLING_MS = 2500;

/** Clients who ask for 64 MB and read none of it: how much the server's resident memory grows for each. */
export async function stalled(contenders: readonly Contender[], setting: Setting): Promise<Report> {
  const data: { title: string; perClient: number }[] = [];
  for (const contender of contenders) {
    const { child, url } = await run(contender, setting);
    const sockets: Socket[] = [];
    try {
      // The code is warm, and its pages are there, before it counts.
      await open(url, 1, sockets, '/1m/warm.ts');
      await wait(SETTLING_MS / 2);
      const before = child.residentBytes();
      await open(url, CLIENTS, sockets, '/64m/a.ts');
      await wait(SETTLING_MS);
      data.push({ title: contender.title, perClient: (child.residentBytes() - before) / CLIENTS / 1024 });
    } finally {
      for (const socket of sockets) socket.destroy();
      await child.stop();
    }
  }
  return {
    case: 'stalled',
    title: `Resident memory for each of ${CLIENTS} clients who ask for 64 MB and read nothing`,
    columns: ['server', 'KB a client'],
    rows: data.map(({ title, perClient }) => [title, fixed(perClient, 0)]),
    data,
    faults: [],
    notes: [],
  };
}

async function open(url: string, clients: number, sockets: Socket[], path: string): Promise<void> {
  const { port } = new URL(url);
  for (let client = 0; client < clients; client += 1) {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
  }
}
