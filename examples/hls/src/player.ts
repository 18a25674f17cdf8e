import { setTimeout as wait } from 'node:timers/promises';

export interface Segment {
  readonly path: string;
  readonly bytes: number;
  /** `X-Cache`. */
  readonly cache: string;
}

/** Plays so many segments of a live stream, as a player without a screen would. */
export async function watch(link: string, count: number, onSegment: (segment: Segment) => void): Promise<void> {
  const seen = new Set<string>();
  while (seen.size < count) {
    const playlist = await get(link);
    const lines = (await playlist.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (const url of lines.map((line) => new URL(line, link))) {
      if (seen.has(url.pathname) || seen.size >= count) continue;
      seen.add(url.pathname);
      const response = await get(url);
      const { byteLength } = await response.arrayBuffer();
      onSegment({ path: url.pathname, bytes: byteLength, cache: response.headers.get('x-cache') ?? '' });
    }
    if (seen.size < count) await wait(500);
  }
}

async function get(url: string | URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for ${new URL(url).pathname}`);
  return response;
}
