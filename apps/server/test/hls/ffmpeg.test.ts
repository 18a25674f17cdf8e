import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { SampleOrigin } from '../support/hls/sample-origin.js';

let origin: SampleOrigin;
let forebay: Forebay;
beforeAll(async () => {
  origin = await SampleOrigin.start();
  forebay = await Forebay.start({ HLS_UPSTREAM_SERVERS: origin.url });
});
afterAll(async () => {
  await forebay.end();
  await origin.close();
});

interface Taken {
  readonly complaints: string;
  /** Over all packets of all renditions, in order. */
  readonly md5: string;
}

function ffmpeg(url: string, ...options: string[]): Promise<Taken> {
  const words = ['-v', 'error', '-nostdin', ...options, '-i', url, '-map', '0', '-c', 'copy', '-f', 'md5', '-'];
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
    child.once('error', reject);
    child.once('close', () => resolve({ complaints: output.stderr, md5: output.stdout.trim() }));
  });
}

describe.concurrent('ffmpeg takes through the proxy the very packets that it takes from the origin', () => {
  it.each(['transport', 'vod', 'encrypted', 'byte-ranges'])('%s', async (stream) => {
    const [proxied, direct] = await Promise.all([
      ffmpeg(`http://127.0.0.1:${forebay.port}/hls/${stream}/main.m3u8`),
      ffmpeg(`${origin.url}/${stream}/main.m3u8`),
    ]);
    expect(proxied.md5).toMatch(/^MD5=/);
    expect(proxied.md5).toBe(direct.md5);
    expect(proxied.complaints).toBe('');
  });
});

it('lets ffmpeg follow a live stream', async () => {
  const { complaints, md5 } = await ffmpeg(`http://127.0.0.1:${forebay.port}/hls/low-latency/main.m3u8`, '-t', '9');
  expect(complaints).toBe('');
  expect(md5).toMatch(/^MD5=/);
});
