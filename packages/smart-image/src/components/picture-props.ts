import type { ComponentObjectPropsOptions, PropType } from 'vue';
import type { SmartImageError } from '../errors.js';
import type { LoadView, RetryEvent } from '../loading/picture-load.js';
import type { SourceCandidate } from '../loading/picture-source.js';

/** What `<SmartImage>` and the pictures of a grid or a lightbox have in common. */
export interface PictureProps {
  /** The picture's key in the store; wins over `src`. */
  readonly imageKey?: string | undefined;
  /** A URL, for a picture that is not behind the server. It is tried again, too, and falls back, but by no other way. */
  readonly src?: string | undefined;
  /** What the picture shows; the empty string for decoration. */
  readonly alt: string;
  /** CSS pixels, or any CSS length. Two numbers reserve the place before the picture is known. */
  readonly width?: number | string | undefined;
  readonly height?: number | string | undefined;
  /** Width and height at once. */
  readonly size?: number | string | undefined;
  readonly srcset?: string | readonly SourceCandidate[] | undefined;
  readonly sizes?: string | undefined;
  /** `true` for the style sheet's corners, a number for pixels, `full` for a circle, or any CSS length. */
  readonly rounded?: boolean | number | string | undefined;
  /** A thumbhash in base64: its colour at once, its picture as soon as there is a script. */
  readonly placeholder?: string | undefined;
  /** Shown when every way has failed. */
  readonly fallbackSrc?: string | undefined;
  /** @default 'lazy' */
  readonly loading?: 'lazy' | 'eager' | undefined;
  /** Asks for the URL with those of others first. @default the plugin's `lookup` */
  readonly lookup?: boolean | undefined;
}

const shared: ComponentObjectPropsOptions<PictureProps> = {
  imageKey: String,
  src: String,
  alt: { type: String, required: true },
  width: [Number, String],
  height: [Number, String],
  size: [Number, String],
  srcset: [String, Array] as PropType<string | readonly SourceCandidate[]>,
  sizes: String,
  rounded: { type: [Boolean, Number, String] as PropType<boolean | number | string>, default: false },
  placeholder: String,
  fallbackSrc: String,
  loading: { type: String as PropType<'lazy' | 'eager'>, default: 'lazy' },
  // Left out, a Boolean would be false, which is not the plugin's default.
  lookup: { type: Boolean, default: undefined },
};

/** A call, as a bundler may leave out a call that is marked as pure, but no spread. */
export const propsWith = <More extends object>(more: More): ComponentObjectPropsOptions<PictureProps> & More => ({
  ...shared,
  ...more,
});

/** A type, not an interface: Vue asks for an index signature. */
export type PictureEmits = {
  /** It is seen: itself, or the fallback (`stage`). */
  load: (view: LoadView) => void;
  /** It was given up, once; a fallback may follow. */
  error: (error: SmartImageError) => void;
  /** A try failed, and another follows. */
  retry: (event: RetryEvent) => void;
  /** A newly signed URL was asked for. */
  refresh: (imageKey: string) => void;
};

/** What the slot `error` is told. */
export interface ErrorSlotProps {
  readonly alt: string;
  readonly error: SmartImageError | undefined;
  readonly retry: () => void;
}

export type PictureSlots = {
  /** Over the picture's place until it is seen. */
  placeholder: Record<string, never>;
  /** In the picture's place when it cannot be seen. */
  error: ErrorSlotProps;
};
