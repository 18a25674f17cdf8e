import type { SmartImageClient } from '../client/client.js';
import { SmartImageError, isSmartImageError } from '../errors.js';
import { backoff } from './backoff.js';
import { nextStage, type Stage } from './ladder.js';
import { type PictureSource, srcsetOf } from './picture-source.js';

/** `waiting`: for a URL or for the next try, nothing is asked for; `loading`: `src` is the browser's to load. */
export type LoadStatus = 'waiting' | 'loading' | 'loaded' | 'failed';

/** Where a picture stands. Immutable: each step makes a new one. */
export interface LoadView {
  readonly status: LoadStatus;
  readonly stage: Stage;
  readonly src: string | undefined;
  readonly srcset: string | undefined;
  /** Which try this is: what an `<img>` of another try reports is not about this one. */
  readonly attempt: number;
  readonly retries: number;
  /** Why the picture itself is not shown, once that is certain. */
  readonly error: SmartImageError | undefined;
}

export interface RetryEvent {
  /** From 1. */
  readonly retry: number;
  readonly stage: Stage;
  /** ms until it begins */
  readonly delay: number;
}

export interface PictureLoadEvents {
  change(view: LoadView): void;
  load(view: LoadView): void;
  error(error: SmartImageError): void;
  retry(event: RetryEvent): void;
  refresh(imageKey: string): void;
}

/**
 * One picture's way down the ladder, from the first try until it is seen, given up, or closed. It belongs to one
 * source: another key is another `PictureLoad`, so that nothing of the old one can arrive late.
 */
export class PictureLoad {
  readonly #source: PictureSource;
  readonly #client: SmartImageClient;
  readonly #events: PictureLoadEvents;
  readonly #closed = new AbortController();
  #view: LoadView;
  #timer: unknown;

  /** @param early true while URLs must be those that a server rendered: no look-up, nothing from the local cache */
  constructor(source: PictureSource, client: SmartImageClient, early: boolean, events: PictureLoadEvents) {
    this.#source = source;
    this.#client = client;
    this.#events = events;
    this.#view = this.#begin(early);
    const { status, error } = this.#view;
    if (status === 'waiting') void this.#lookUp();
    if (error !== undefined) queueMicrotask(() => this.#closed.signal.aborted || events.error(error));
  }

  get view(): LoadView {
    return this.#view;
  }

  /** The browser has the picture of this try. */
  loaded(attempt: number): void {
    if (!this.#isCurrent(attempt)) return;
    this.#show({ status: 'loaded' });
    this.#events.load(this.#view);
  }

  /** The browser could not load the picture of this try. */
  failed(attempt: number): void {
    if (!this.#isCurrent(attempt)) return;
    const { imageKey } = this.#source;
    if (this.#view.stage === 'direct' && imageKey !== undefined) this.#client.forget(imageKey);
    this.#descend(undefined);
  }

  /** Begins anew, with all its retries, by a newly signed URL. */
  retry(): void {
    if (this.#closed.signal.aborted) return;
    this.#client.settings.clock.clearTimeout(this.#timer);
    const { imageKey, src } = this.#source;
    if (imageKey !== undefined) this.#client.forget(imageKey);
    else if (src === undefined) return;
    this.#try(imageKey === undefined ? 'source' : 'refresh', 0);
  }

  /** Ends timers and look-ups; nothing is reported any more. */
  close(): void {
    this.#closed.abort();
    this.#client.settings.clock.clearTimeout(this.#timer);
  }

  #isCurrent(attempt: number): boolean {
    return !this.#closed.signal.aborted && this.#view.attempt === attempt && this.#view.status === 'loading';
  }

  #begin(early: boolean): LoadView {
    try {
      return this.#first(early);
    } catch (error) {
      return this.#endView({ attempt: 0, retries: 0 }, this.#gaveUp(error));
    }
  }

  /** @throws SmartImageError for a key that is none */
  #first(early: boolean): LoadView {
    const { imageKey, src, srcset } = this.#source;
    const start = { attempt: 0, retries: 0, error: undefined };
    if (imageKey === undefined) {
      if (src !== undefined) return { ...start, status: 'loading', ...this.#urls('source') };
      throw new SmartImageError('FOREBAY_IMAGE_FAILED', 'There is neither imageKey nor src');
    }
    // The browser chooses from a srcset, whose other pictures were not looked up.
    const mayBeDirect = !early && srcset === undefined;
    const known = mayBeDirect ? this.#client.peek(imageKey) : undefined;
    if (known !== undefined) return { ...start, status: 'loading', stage: 'direct', src: known.url, srcset: undefined };
    if (mayBeDirect && (this.#source.lookup ?? this.#client.settings.lookup))
      return { ...start, status: 'waiting', stage: 'direct', src: undefined, srcset: undefined };
    return { ...start, status: 'loading', ...this.#urls('redirect') };
  }

  async #lookUp(): Promise<void> {
    const { imageKey } = this.#source;
    if (imageKey === undefined) return;
    try {
      const { url } = await this.#client.urlOf(imageKey, this.#closed.signal);
      if (this.#isWaitingForUrl()) this.#show({ status: 'loading', src: url });
    } catch (error) {
      if (!this.#isWaitingForUrl()) return;
      const code = isSmartImageError(error) ? error.code : undefined;
      if (code === 'FOREBAY_IMAGE_KEY') this.#giveUp(error);
      // The server knows of no such picture; asked for the bytes, it may still have them.
      else if (code === 'FOREBAY_IMAGE_UNKNOWN') this.#descend(error, 'refresh');
      else this.#try('redirect', 0);
    }
  }

  #isWaitingForUrl(): boolean {
    const { status, stage } = this.#view;
    return !this.#closed.signal.aborted && status === 'waiting' && stage === 'direct';
  }

  /** Goes on to what comes after `from`, at once or after a while. */
  #descend(cause: unknown, from: Stage = this.#view.stage): void {
    const { settings } = this.#client;
    const { retries } = this.#view;
    const hasFallback = this.#fallbackSrc !== undefined;
    const stage = nextStage(from, retries, { maxRetries: settings.maxRetries, hasFallback });
    if (stage === 'fallback' || stage === 'none') {
      this.#giveUp(cause);
      return;
    }
    const retry = retries + 1;
    const delay = backoff(retry, settings);
    this.#show({ status: 'waiting', stage, src: undefined, srcset: undefined });
    this.#events.retry({ retry, stage, delay });
    this.#timer = settings.clock.setTimeout(() => this.#try(stage, retry), delay);
  }

  #try(stage: Stage, retries: number): void {
    const { imageKey } = this.#source;
    this.#show({ status: 'loading', ...this.#urls(stage), attempt: this.#view.attempt + 1, retries, error: undefined });
    if (stage === 'refresh' && imageKey !== undefined) this.#events.refresh(imageKey);
  }

  #giveUp(cause: unknown): void {
    const known = this.#view.error;
    const error = known ?? this.#gaveUp(cause);
    this.#show(this.#endView({ ...this.#view, attempt: this.#view.attempt + 1 }, error));
    // A fallback that fails is not news.
    if (known === undefined) this.#events.error(error);
  }

  #gaveUp(cause: unknown): SmartImageError {
    if (isSmartImageError(cause)) return cause;
    const { imageKey } = this.#source;
    const about = imageKey === undefined ? {} : { imageKey };
    return new SmartImageError('FOREBAY_IMAGE_FAILED', 'The picture could not be loaded', { ...about, cause });
  }

  /** The fallback, or nothing, if the fallback is what has failed. */
  #endView(view: Pick<LoadView, 'attempt' | 'retries'> & { stage?: Stage }, error: SmartImageError): LoadView {
    const src = view.stage === 'fallback' ? undefined : this.#fallbackSrc;
    const { attempt, retries } = view;
    const end = { src, srcset: undefined, attempt, retries, error };
    return src === undefined
      ? { ...end, status: 'failed', stage: 'none' }
      : { ...end, status: 'loading', stage: 'fallback' };
  }

  get #fallbackSrc(): string | undefined {
    return this.#source.fallbackSrc ?? this.#client.settings.fallbackSrc;
  }

  #urls(stage: Stage): Pick<LoadView, 'stage' | 'src' | 'srcset'> {
    const { imageKey, src } = this.#source;
    const delivery = stage === 'refresh' || stage === 'proxy' ? stage : 'redirect';
    const urlOf = this.#client.imageUrl.bind(this.#client);
    return {
      stage,
      src: imageKey === undefined ? src : urlOf(imageKey, delivery),
      srcset: srcsetOf(this.#source, delivery, urlOf),
    };
  }

  #show(change: Partial<LoadView>): void {
    this.#view = { ...this.#view, ...change };
    this.#events.change(this.#view);
  }
}
