import type { Colour } from './drawing/colour.js';
import { hex, palettes } from './drawing/colour.js';
import type { Artwork } from './drawing/poster.js';
import type { Film } from './films.js';
import { films, slugOf } from './films.js';
import { seededRandom, seedOf } from './seeded-random.js';

/** What one image URL asks for, in pixels. */
export interface PictureRequest {
  readonly key: string;
  readonly width: number;
  readonly height: number;
  readonly artwork: Artwork;
  readonly duotone?: readonly [bright: Colour, dark: Colour];
}

const WIDTHS = new Set([45, 92, 154, 185, 300, 342, 500, 780, 1280]);
const ORIGINAL_POSTER_WIDTH = 1000;
const ORIGINAL_BACKDROP_WIDTH = 1280;
const PATH = /^\/t\/p\/([^/]+)\/([A-Za-z0-9-]{1,100})\.(?:png|jpe?g|webp)$/;
const SIZE =
  /^(?:original|w(\d+)|h(632)|w(\d+)_and_h(\d+)_[a-z0-9]+)(?:_filter\(duotone,([0-9a-f]{6}),([0-9a-f]{6})\))?$/i;

/**
 * Reads TMDB's image paths: `/t/p/w500/the-glass-tide-101.png`, a `-wide` at the end of the name for the 16:9 backdrop,
 * sizes as TMDB names them, cropped (`w600_and_h900_bestv2`) and duotone ones included. Names that are neither
 * `title-number` nor look like TMDB's own do not exist.
 */
export function readPictureRequest(path: string): PictureRequest | undefined {
  const [, size, name] = PATH.exec(path.replaceAll(/\/{2,}/g, '/')) ?? [];
  if (size === undefined || name === undefined) return undefined;
  const wide = name.endsWith('-wide');
  const artwork = artworkFor(wide ? name.slice(0, -'-wide'.length) : name, wide);
  const measures = SIZE.exec(size);
  if (artwork === undefined || measures === null) return undefined;
  const [, width, tall, cropWidth, cropHeight, bright, dark] = measures;
  const extent = readExtent({ width, tall, cropWidth, cropHeight }, wide ? 9 / 16 : 3 / 2);
  if (extent === undefined) return undefined;
  const tones = bright !== undefined && dark !== undefined ? { duotone: [hex(bright), hex(dark)] as const } : {};
  return { key: `${size.toLowerCase()}/${name}`, ...extent, artwork, ...tones };
}

function readExtent(
  size: Readonly<Record<'width' | 'tall' | 'cropWidth' | 'cropHeight', string | undefined>>,
  ratio: number,
): { readonly width: number; readonly height: number } | undefined {
  if (size.cropWidth !== undefined && size.cropHeight !== undefined) {
    const crop = { width: Number(size.cropWidth), height: Number(size.cropHeight) };
    return Math.min(crop.width, crop.height) >= 32 && Math.max(crop.width, crop.height) <= 1920 ? crop : undefined;
  }
  if (size.tall !== undefined) return { width: Math.round(Number(size.tall) / ratio), height: Number(size.tall) };
  const original = ratio < 1 ? ORIGINAL_BACKDROP_WIDTH : ORIGINAL_POSTER_WIDTH;
  const width = size.width === undefined ? original : Number(size.width);
  if (size.width !== undefined && !WIDTHS.has(width)) return undefined;
  return { width, height: Math.round(width * ratio) };
}

/** A known film has its own look; any other name borrows the scene of one film and the colours of another. */
function artworkFor(name: string, wide: boolean): Artwork | undefined {
  const [, slug, number] = /^(.+)-(\d{1,9})$/.exec(name) ?? [];
  if (slug === undefined && !/^[A-Za-z0-9]{24,32}$/.test(name)) return undefined;
  const seed = seedOf(name);
  const film = films.find(({ id, title }) => id === Number(number) && slugOf(title) === slug);
  const random = seededRandom(seed);
  const borrow = (): Film => films[Math.floor(random() * films.length)]!;
  const { scene } = film ?? borrow();
  const { palette } = film ?? borrow();
  const look = { scene, palette: palettes[palette], seed };
  if (wide || slug === undefined) return look;
  return film === undefined
    ? { ...look, title: slug.replaceAll('-', ' ').slice(0, 40), caption: 'A sample film' }
    : { ...look, title: film.title, caption: `A sample film - ${film.released.slice(0, 4)}` };
}
