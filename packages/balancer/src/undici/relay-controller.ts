import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;

/**
 * The controller that the caller's handler keeps for the whole dispatch, whichever connections serve it: a pause holds
 * across them, and an abort works before there is any.
 */
export class RelayController implements Controller {
  readonly #onAbort: (reason: Error) => void;
  #target: Controller | undefined;
  #paused = false;
  #reason: Error | null = null;

  constructor(onAbort: (reason: Error) => void) {
    this.#onAbort = onAbort;
  }

  set target(target: Controller | undefined) {
    this.#target = target;
    if (this.#paused) target?.pause();
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get rawHeaders(): NonNullable<Controller['rawHeaders']> | null {
    return this.#target?.rawHeaders ?? null;
  }

  get rawTrailers(): NonNullable<Controller['rawTrailers']> | null {
    return this.#target?.rawTrailers ?? null;
  }

  pause(): void {
    this.#paused = true;
    this.#target?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#target?.resume();
  }

  abort(reason: Error): void {
    if (this.#reason !== null) return;
    this.#reason = reason ?? new DOMException('This operation was aborted', 'AbortError');
    this.#onAbort(this.#reason);
  }
}
