/** What a header block ends with, behind the request id. */
const END = '\r\n\r\n';

/**
 * A body with its header block in front of it in the same memory, so that a hit is one write without a copy. The block
 * is written into the headroom that the memory tier left, right up to the body, once a second; the request id in it
 * with each hit. While the system has not taken all of a write, the memory is busy and not to be touched.
 */
export class WireImage {
  readonly #memory: Buffer;
  readonly #bodyStart: number;
  #owner: object | undefined;
  #second = -1;
  #changingAt = 0;
  #idAt = 0;
  #idLength = 0;
  #view: Buffer | undefined;
  #busy = 0;

  /** The image of a body, shared by all who have the same memory. */
  static of(bytes: Uint8Array, headroom: number): WireImage | undefined {
    if (headroom === 0) return undefined;
    let image = images.get(bytes.buffer);
    if (image === undefined) {
      image = new WireImage(bytes, headroom);
      images.set(bytes.buffer, image);
    }
    return image;
  }

  private constructor(bytes: Uint8Array, headroom: number) {
    this.#memory = Buffer.from(bytes.buffer, bytes.byteOffset - headroom, headroom + bytes.byteLength);
    this.#bodyStart = headroom;
  }

  /** Called when a write that was not taken at once has gone out. */
  readonly release = (): void => {
    this.#busy -= 1;
  };

  /** From now until `release` the memory is in use. */
  hold(): void {
    this.#busy += 1;
  }

  /**
   * Header and body as they go out, or undefined where that cannot be now. The header block is `lasting`, then what
   * `changing` makes, then the request id; `changing` is asked only when another second or owner has come.
   */
  stamped(
    owner: object,
    second: number,
    requestId: string,
    lasting: string,
    changing: () => string,
  ): Buffer | undefined {
    if (this.#busy > 0) return undefined;
    if (owner !== this.#owner || second !== this.#second || requestId.length !== this.#idLength)
      this.#render(owner, second, requestId.length, lasting, changing());
    if (this.#view !== undefined) this.#memory.write(requestId, this.#idAt, 'latin1');
    return this.#view;
  }

  #render(owner: object, second: number, idLength: number, lasting: string, changing: string): void {
    const idAt = this.#bodyStart - END.length - idLength;
    const changingAt = idAt - changing.length;
    const sameLayout = owner === this.#owner && changingAt === this.#changingAt && idAt === this.#idAt;
    this.#owner = owner;
    this.#second = second;
    this.#idAt = idAt;
    this.#idLength = idLength;
    this.#changingAt = changingAt;
    if (!sameLayout) this.#view = this.#layOut(lasting, changingAt);
    if (this.#view !== undefined) this.#memory.write(changing, changingAt, 'latin1');
  }

  /** Writes what lasts; undefined if there is no room: such a header goes out in a write of its own. */
  #layOut(lasting: string, changingAt: number): Buffer | undefined {
    const start = changingAt - lasting.length;
    if (start < 0) return undefined;
    this.#memory.write(lasting, start, 'latin1');
    this.#memory.write(END, this.#bodyStart - END.length, 'latin1');
    return this.#memory.subarray(start);
  }
}

const images = new WeakMap<ArrayBufferLike, WireImage>();
