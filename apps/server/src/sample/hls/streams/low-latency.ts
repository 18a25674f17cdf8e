import { moveFragment } from '../boxes.js';
import {
  PART_SECONDS,
  PARTS_PER_SEGMENT,
  SEGMENT_SECONDS,
  type FragmentedRendition,
  type SampleMedia,
} from '../media.js';
import { fragmentedVariants } from '../multivariant.js';
import { livePlaylist, mp4, type Found, type Stream } from '../stream.js';
import { placeOf, type Timeline } from '../timeline.js';

/** Segments in the playlist: more than may be skipped, and a little. */
const WINDOW = 15;
const KEPT = 6;
/** Parts are listed for as many of the latest segments. */
const WITH_PARTS = 3;
const TARGET = Math.ceil(SEGMENT_SECONDS);
const SKIP_UNTIL = 6 * TARGET;

/**
 * LL-HLS (draft-pantos-hls-rfc8216bis, appendix B): fMP4 parts, preload hints, blocking reloads, rendition reports and
 * delta updates. The loop's time stamps are moved, so that there is one timeline without a seam.
 */
export function lowLatency(media: SampleMedia, timeline: Timeline): Stream {
  const tracks = new Map([...media.video, ...media.audio].map((track) => [track.name, track]));
  return (path, query, now) => {
    if (path === 'main.m3u8') return fragmentedVariants(media);
    const [, name = '', file] = /^(\w+)(?:\.m3u8|\/(.+))$/.exec(path) ?? [];
    const track = tracks.get(name);
    if (track === undefined) return undefined;
    const made = timeline.partsMade(now);
    if (file !== undefined) return trackFile(track, file, made, timeline);
    const wanted = wantedPart(query);
    if (wanted === 'unreadable')
      return { refused: '_HLS_msn and _HLS_part are numbers, the second only with the first' };
    if (wanted >= made + 2 * PARTS_PER_SEGMENT) return { refused: 'that is more than two segments ahead' };
    if (wanted >= made) return { availableAt: timeline.partStart(wanted + 1) };
    return livePlaylist(mediaList([...tracks.values()], track, made, timeline, query.get('_HLS_skip') === 'YES'));
  };
}

/** The part that a blocking reload waits for; -1 for none. */
function wantedPart(query: URLSearchParams): number | 'unreadable' {
  const [segment, part] = [query.get('_HLS_msn'), query.get('_HLS_part')];
  if (segment === null) return part === null ? -1 : 'unreadable';
  if (!/^\d{1,12}$/.test(segment) || (part !== null && !/^\d{1,3}$/.test(part))) return 'unreadable';
  return Number(segment) * PARTS_PER_SEGMENT + (part === null ? PARTS_PER_SEGMENT - 1 : Number(part));
}

function trackFile(track: FragmentedRendition, file: string, made: number, timeline: Timeline): Found {
  if (file === 'init.mp4') return mp4(track.init);
  const [, segment = '', part] = /^(\d+)(?:\.(\d))?\.m4s$/.exec(file) ?? [];
  if (segment === '' || Number(part ?? 0) >= PARTS_PER_SEGMENT) return undefined;
  const first = Number(segment) * PARTS_PER_SEGMENT + Number(part ?? 0);
  const count = part === undefined ? PARTS_PER_SEGMENT : 1;
  // What was hinted at is waited for (appendix B.1: the request is answered when the part is there).
  if (part !== undefined && first === made) return { availableAt: timeline.partStart(first + 1) };
  if (first + count > made || first < made - (WINDOW + KEPT) * PARTS_PER_SEGMENT) return undefined;
  return mp4(Buffer.concat(Array.from({ length: count }, (_, index) => fragmentAt(track, first + index))));
}

function fragmentAt({ fragments, timescale }: FragmentedRendition, part: number): Buffer {
  const rounds = Math.floor(part / fragments.length);
  const ticks = Math.round(rounds * fragments.length * PART_SECONDS * timescale);
  return moveFragment(fragments[part % fragments.length]!.bytes, ticks, part + 1);
}

function mediaList(
  tracks: readonly FragmentedRendition[],
  track: FragmentedRendition,
  made: number,
  timeline: Timeline,
  delta: boolean,
): readonly string[] {
  const { segment: current, part: inCurrent } = placeOf(made);
  const first = Math.max(0, current - WINDOW);
  const skipped = delta ? Math.max(0, current - first - Math.ceil(SKIP_UNTIL / SEGMENT_SECONDS)) : 0;
  const parts = (segment: number, count: number): readonly string[] =>
    segment < current - WITH_PARTS ? [] : Array.from({ length: count }, (_, part) => partTag(track, segment, part));
  const last = placeOf(made - 1);
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    `#EXT-X-TARGETDURATION:${TARGET}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${(3.2 * PART_SECONDS).toFixed(3)},HOLD-BACK=${3 * TARGET}.0,CAN-SKIP-UNTIL=${SKIP_UNTIL}.0`,
    `#EXT-X-PART-INF:PART-TARGET=${PART_SECONDS.toFixed(5)}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    `#EXT-X-MAP:URI="${track.name}/init.mp4"`,
    ...(skipped === 0 ? [] : [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`]),
    ...Array.from({ length: current - first - skipped }, (_, index) => first + skipped + index).flatMap((segment) => [
      timeline.programDateTime(segment),
      ...parts(segment, PARTS_PER_SEGMENT),
      `#EXTINF:${SEGMENT_SECONDS.toFixed(5)},`,
      `${track.name}/${segment}.m4s`,
    ]),
    ...(inCurrent === 0 ? [] : [timeline.programDateTime(current), ...parts(current, inCurrent)]),
    `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${track.name}/${current}.${inCurrent}.m4s"`,
    ...tracks
      .filter((other) => other !== track)
      .map(({ name }) => `#EXT-X-RENDITION-REPORT:URI="${name}.m3u8",LAST-MSN=${last.segment},LAST-PART=${last.part}`),
  ];
}

function partTag({ name, picture }: FragmentedRendition, segment: number, part: number): string {
  // Sound can begin anywhere, a picture only with a key frame.
  const independent = picture === undefined || part === 0 ? ',INDEPENDENT=YES' : '';
  return `#EXT-X-PART:DURATION=${PART_SECONDS.toFixed(5)},URI="${name}/${segment}.${part}.m4s"${independent}`;
}
