import { expect, it } from 'vitest';
import pino from 'pino';
import { logSignedUrlTrouble } from '../../src/parts/signed-url-trouble.js';

it('logs a line of each kind every ten seconds, and how many it left out', () => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line) => void lines.push(line) });
  let now = 0;
  const hear = logSignedUrlTrouble(logger, () => now);
  for (; now < 25_000; now += 1000) {
    hear(new Error('away'), undefined);
    hear(new Error('no credentials'), 'a.png');
  }
  const told = lines.map((line) => JSON.parse(line) as { image_key?: string; error: string; unlogged: number });
  const book = told.filter(({ image_key }) => image_key === undefined);
  expect(book.map(({ unlogged }) => unlogged)).toEqual([0, 9, 9]);
  expect(told.length).toBe(6);
  expect(told[1]).toMatchObject({ image_key: 'a.png', error: 'no credentials' });
});
