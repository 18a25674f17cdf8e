import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ASSETS } from '../../assets.js';
import { readFragments, type FragmentedFile } from './boxes.js';

/** Seconds; whole numbers of pictures and of AAC frames, so that all renditions are cut at the very same moments. */
export const SEGMENT_SECONDS = 1.92;
export const PART_SECONDS = 0.32;
export const PARTS_PER_SEGMENT = 6;

export interface Picture {
  readonly width: number;
  readonly height: number;
}

interface Rendition {
  readonly name: string;
  readonly codecs: string;
  /** Bits a second: the highest of any segment, and over all. */
  readonly peak: number;
  readonly average: number;
}

/** One track in fragmented MP4, a fragment a part. */
export interface FragmentedRendition extends Rendition, FragmentedFile {
  readonly file: Buffer;
  readonly picture: Picture | undefined;
}

/** Picture and sound in MPEG transport stream, cut into segments. */
export interface TransportRendition extends Rendition {
  readonly segments: readonly Buffer[];
  readonly picture: Picture;
}

/** What `scripts/make-sample-hls.mjs` has drawn. */
export interface SampleMedia {
  readonly video: readonly FragmentedRendition[];
  readonly audio: readonly FragmentedRendition[];
  readonly transport: readonly TransportRendition[];
}

const rendition = { name: z.string(), file: z.string(), codecs: z.string() };
const picture = { width: z.number(), height: z.number() };
const manifest = z.object({
  video: z.array(z.object({ ...rendition, ...picture })),
  audio: z.array(z.object(rendition)),
  transport: z.array(z.object({ ...rendition, ...picture, sizes: z.array(z.number()) })),
});

export async function loadSampleMedia(folder: URL = new URL('hls/', ASSETS)): Promise<SampleMedia> {
  const read = (name: string): Promise<Buffer> => readFile(new URL(name, folder));
  const { video, audio, transport } = manifest.parse(JSON.parse((await read('media.json')).toString()));
  const fragmented = async (
    track: z.infer<typeof manifest>['audio'][number] & Partial<Picture>,
  ): Promise<FragmentedRendition> => {
    const file = await read(track.file);
    const parts = readFragments(file);
    const { name, codecs, width, height } = track;
    const shown = width === undefined || height === undefined ? undefined : { width, height };
    const sizes = segmentsOf(parts.fragments).map((segment) => sum(segment.map(({ bytes }) => bytes.length)));
    return { name, codecs, file, picture: shown, ...parts, ...bitratesOf(sizes) };
  };
  return {
    video: await Promise.all(video.map(fragmented)),
    audio: await Promise.all(audio.map(fragmented)),
    transport: await Promise.all(
      transport.map(async ({ name, codecs, width, height, sizes, file }) => {
        const bytes = await read(file);
        let at = 0;
        const segments = sizes.map((size) => bytes.subarray(at, (at += size)));
        return { name, codecs, picture: { width, height }, segments, ...bitratesOf(sizes) };
      }),
    ),
  };
}

/** Segment after segment of what is cut into parts. */
export function segmentsOf<T>(parts: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(parts.length / PARTS_PER_SEGMENT) }, (_, index) =>
    parts.slice(index * PARTS_PER_SEGMENT, (index + 1) * PARTS_PER_SEGMENT),
  );
}

function bitratesOf(sizes: readonly number[]): { readonly peak: number; readonly average: number } {
  const bits = (bytes: number): number => Math.ceil((bytes * 8) / SEGMENT_SECONDS);
  return { peak: bits(Math.max(...sizes)), average: bits(sum(sizes) / sizes.length) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
