import type { Delivery } from '../client/image-urls.js';

/** One entry of a `srcset`: a picture by key or by URL, and its width in pixels or its density. */
export interface SourceCandidate {
  readonly imageKey?: string | undefined;
  readonly src?: string | undefined;
  /** Intrinsic width in pixels, for `320w`. */
  readonly width?: number | undefined;
  /** Pixels a CSS pixel, for `2x`; used when there is no width. */
  readonly density?: number | undefined;
}

/** What picture it is: by `imageKey` where there is one, else by `src`. */
export interface PictureSource {
  readonly imageKey?: string | undefined;
  readonly src?: string | undefined;
  /** A string is used as it is; a list may name keys, which then go the same way as the picture itself. */
  readonly srcset?: string | readonly SourceCandidate[] | undefined;
  /** @default the plugin's */
  readonly fallbackSrc?: string | undefined;
  /** @default the plugin's */
  readonly lookup?: boolean | undefined;
}

/** HTML's `srcset` attribute, with keys as URLs by the way that is tried now. */
export function srcsetOf(
  { srcset }: PictureSource,
  delivery: Delivery,
  urlOf: (imageKey: string, delivery: Delivery) => string,
): string | undefined {
  if (srcset === undefined || typeof srcset === 'string') return srcset;
  const candidates = srcset.flatMap(({ imageKey, src, width, density }) => {
    const url = imageKey === undefined ? src : urlOf(imageKey, delivery);
    if (url === undefined) return [];
    return [width === undefined ? `${url} ${density ?? 1}x` : `${url} ${width}w`];
  });
  return candidates.length === 0 ? undefined : candidates.join(', ');
}
