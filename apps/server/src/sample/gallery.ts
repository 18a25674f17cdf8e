import { createHash } from 'node:crypto';
import { encodePng } from './drawing/png.js';
import { paint } from './drawing/poster.js';
import type { PictureRequest } from './picture-request.js';

export interface Picture {
  readonly bytes: Buffer;
  /** Strong, and the same on every server that draws the picture: a body may be resumed from another one. */
  readonly etag: string;
}

/** Draws pictures, each once for all who ask at the same time, and keeps the latest up to a bound in bytes. */
export class Gallery {
  readonly #maxBytes: number;
  readonly #kept = new Map<string, Picture>();
  readonly #drawing = new Map<string, Promise<Picture>>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  async show(request: PictureRequest): Promise<Picture> {
    const kept = this.#kept.get(request.key);
    if (kept !== undefined) {
      this.#kept.delete(request.key);
      this.#kept.set(request.key, kept);
      return kept;
    }
    const begun = this.#drawing.get(request.key);
    if (begun !== undefined) return begun;
    const drawing = this.#draw(request).finally(() => this.#drawing.delete(request.key));
    this.#drawing.set(request.key, drawing);
    return drawing;
  }

  async #draw(request: PictureRequest): Promise<Picture> {
    const canvas = paint(request.artwork, request.width, request.height);
    if (request.duotone !== undefined) canvas.duotone(...request.duotone);
    const bytes = await encodePng(canvas);
    const picture = { bytes, etag: `"${createHash('sha1').update(bytes).digest('hex')}"` };
    this.#keep(request.key, picture);
    return picture;
  }

  #keep(key: string, picture: Picture): void {
    this.#kept.set(key, picture);
    this.#bytes += picture.bytes.length;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
