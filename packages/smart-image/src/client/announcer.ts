import type { Clock } from '../clock.js';
import type { Labels } from '../labels.js';

/** A screen reader hears a live region's text only if the region was there a moment before. */
const settleTime = 150;
const mostAtOnce = 1000;

/**
 * One polite live region for all pictures of an application: a region in each picture would double the elements of a
 * grid, and ten pictures that fail together are worth one sentence.
 */
export class Announcer {
  readonly #clock: Clock;
  readonly #labels: Labels;
  #region: HTMLElement | undefined;
  #failed: string[] = [];
  #timer: unknown;

  constructor(clock: Clock, labels: Labels) {
    this.#clock = clock;
    this.#labels = labels;
  }

  /** Says that the picture with this text is not to be seen. A picture without text is decoration, and is not missed. */
  failed(alt: string): void {
    if (alt === '' || typeof document === 'undefined') return;
    this.#region ??= createRegion();
    if (this.#failed.length < mostAtOnce) this.#failed.push(alt);
    this.#timer ??= this.#clock.setTimeout(() => this.#speak(), settleTime);
  }

  close(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#region?.remove();
    this.#region = undefined;
  }

  #speak(): void {
    this.#timer = undefined;
    if (this.#region !== undefined) this.#region.textContent = this.#labels.announceFailed(this.#failed);
    this.#failed = [];
  }
}

function createRegion(): HTMLElement {
  const region = document.createElement('div');
  region.className = 'forebay-announcer';
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  // Out of sight also without the style sheet; set as properties, which no content security policy forbids.
  Object.assign(region.style, {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  });
  document.body.append(region);
  return region;
}
