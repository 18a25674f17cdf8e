import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleAlert } from '../../src/alerts/alert.js';
import { Alerts } from '../../src/alerts/alerts.js';
import { Webhook, type WebhookOptions } from '../../src/alerts/webhook.js';
import { createLogger } from '../../src/log/logger.js';
import { factsOf, upstreamOf } from '../support/facts.js';

let server: Server;
let received: { event: string; alert: { id: string } }[];
/** What the receiver answers; 200 when there is nothing left. */
let replies: number[];
let arrived: () => void;
let lines: string[];
let webhook: Webhook;

beforeEach(async () => {
  [received, replies, lines] = [[], [], []];
  arrived = () => undefined;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()) as (typeof received)[number]);
      response.writeHead(replies.shift() ?? 200, { connection: 'close' }).end();
      arrived();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  webhook.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function open(more: Partial<WebhookOptions> = {}): void {
  const write = (line: string): void => {
    lines.push(line);
    arrived();
  };
  webhook = new Webhook({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=secret`,
    logger: createLogger({ level: 'info', format: 'json', colour: false }, { write }),
    firstWait: 2,
    ...more,
  });
}
const until = (wanted: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    arrived = () => {
      if (wanted()) resolve();
    };
    arrived();
  });
const raised = (id: string) => ({ event: 'raised', alert: { ...exampleAlert, id } }) as const;

describe('the webhook', () => {
  it('gets alerts in order, again until it takes them', async () => {
    open();
    replies = [500, 503, 200];
    webhook.send(raised('one'));
    webhook.send({ ...raised('one'), event: 'resolved' });
    await until(() => received.length === 4);
    expect(received.map(({ event }) => event)).toEqual(['raised', 'raised', 'raised', 'resolved']);
    expect(received[0]).toMatchObject({ event: 'raised', alert: { id: 'one', name: 'no-upstream' } });
  });

  it('is given up on after so many tries, or when it says no, and the log says so without its URL', async () => {
    open({ tries: 3 });
    replies = [500, 500, 500, 404];
    webhook.send(raised('one'));
    webhook.send(raised('two'));
    webhook.send(raised('three'));
    await until(() => received.length === 5 && lines.length === 2);
    expect(received.map(({ alert }) => alert.id)).toEqual(['one', 'one', 'one', 'two', 'three']);
    expect(lines.join('')).not.toContain('secret');
  });

  it('hears after a reload what it had not taken before', async () => {
    const logger = createLogger({ level: 'silent', format: 'json', colour: false });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const config = { queueDepth: 100, taskFailureRate: 0.05, cacheHitRate: 0.8, webhookUrl: url };
    const down = factsOf(undefined, { upstreams: [upstreamOf({ available: false })] });
    open();
    replies = [503];
    const before = new Alerts(config, logger);
    for (let second = 0; second < 3; second += 1) before.look(down, []);
    await until(() => received.length === 1);
    const after = new Alerts(config, logger, structuredClone(before.state()));
    before.close();
    for (let second = 0; second < 5; second += 1) after.look(factsOf(), []);
    await until(() => received.length === 3);
    after.close();
    expect(received.map(({ event }) => event)).toEqual(['raised', 'raised', 'resolved']);
  });

  it('holds back no more than so many alerts, the latest', async () => {
    open({ most: 3, firstWait: 20 });
    replies = [500];
    for (const id of ['one', 'two', 'three', 'four', 'five']) webhook.send(raised(id));
    await until(() => received.at(-1)?.alert.id === 'five');
    expect(received.map(({ alert }) => alert.id)).toEqual(['one', 'one', 'three', 'four', 'five']);
    expect(lines).toHaveLength(2);
  });
});
