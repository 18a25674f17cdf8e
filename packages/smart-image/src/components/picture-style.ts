import type { CSSProperties } from 'vue';
import { placeholderColour, placeholderImage } from './placeholder.js';
import type { PictureProps } from './picture-props.js';

/** The frame's place on the page, and what is seen of it before the picture is. */
export function frameStyle(props: PictureProps, showPlaceholder: boolean, mounted: boolean): CSSProperties {
  const { width, height } = boxOf(props);
  const style: CSSProperties = {};
  if (width !== undefined) style.width = length(width);
  if (height !== undefined && typeof height !== 'number') style.height = height;
  if (typeof width === 'number' && typeof height === 'number') style.aspectRatio = `${width} / ${height}`;
  else if (typeof height === 'number') style.height = length(height);
  const radius = radiusOf(props.rounded);
  if (radius !== undefined) style.borderRadius = radius;
  if (showPlaceholder && props.placeholder !== undefined) {
    const colour = placeholderColour(props.placeholder);
    const image = mounted ? placeholderImage(props.placeholder) : undefined;
    if (colour !== undefined) style.backgroundColor = colour;
    if (image !== undefined) style.backgroundImage = `url("${image}")`;
  }
  return style;
}

/** The `width` and `height` attributes of `<img>`: pixels alone. */
export function imageSize(props: PictureProps): { width?: number; height?: number } {
  const { width, height } = boxOf(props);
  return {
    ...(typeof width === 'number' ? { width } : {}),
    ...(typeof height === 'number' ? { height } : {}),
  };
}

type Side = number | string | undefined;

function boxOf({ width, height, size }: PictureProps): { width: Side; height: Side } {
  return { width: pixels(width ?? size), height: pixels(height ?? size) };
}

/** Templates write numbers as strings: `width="200"`. */
const pixels = (side: Side): Side => (typeof side === 'string' && /^\d+(\.\d+)?$/.test(side) ? Number(side) : side);

const length = (side: number | string): string => (typeof side === 'number' ? `${side}px` : side);

function radiusOf(rounded: PictureProps['rounded']): string | undefined {
  if (rounded === false || rounded === undefined) return undefined;
  if (rounded === true || rounded === '') return 'var(--forebay-radius, 0.5rem)';
  return rounded === 'full' ? '50%' : length(pixels(rounded) ?? rounded);
}
