import type { SampleMedia } from './media.js';
import type { Stream } from './stream.js';
import { byteRanges } from './streams/byte-ranges.js';
import { defined } from './streams/defined.js';
import { encrypted } from './streams/encrypted.js';
import { live } from './streams/live.js';
import { lowLatency } from './streams/low-latency.js';
import { onDemand } from './streams/on-demand.js';
import { transport } from './streams/transport.js';
import { createTimeline, defaultEpoch } from './timeline.js';

/**
 * All sample streams, each below a folder of its own in which `main.m3u8` is the way in.
 * @param epoch When the live ones began, in milliseconds since 1970; mirrors must agree. Default: the first of this month.
 */
export function createHlsOrigin(media: SampleMedia, epoch: number = defaultEpoch(Date.now())): Stream {
  const timeline = createTimeline(epoch);
  const streams: Readonly<Record<string, Stream>> = {
    vod: onDemand(media),
    live: live(media, timeline),
    'low-latency': lowLatency(media, timeline),
    'byte-ranges': byteRanges(media),
    transport: transport(media),
    encrypted: encrypted(media),
    defined: defined(media),
  };
  return (path, query, now) => {
    const [, folder = '', rest = ''] = /^\/([\w-]+)\/(.+)$/.exec(path) ?? [];
    return Object.hasOwn(streams, folder) ? streams[folder]!(rest, query, now) : undefined;
  };
}
