import type { BalancerError } from './errors.js';

/** What a picker tells, and with what. */
export interface PickerEvents<E> {
  /** An endpoint's circuit opened. */
  block: {
    readonly endpoint: E;
    readonly failures: number;
    readonly durationMs: number;
    readonly until: number;
    readonly error: unknown;
  };
  /** A block is over and a trial call is on its way. */
  trial: { readonly endpoint: E };
  /** A circuit closed again. */
  recover: { readonly endpoint: E };
  /** The group's success rates made an outlier of an endpoint. */
  eject: { readonly endpoint: E; readonly durationMs: number; readonly until: number };
  /** `setHealthy` changed an endpoint's health. */
  health: { readonly endpoint: E; readonly healthy: boolean };
}

/** What a balancer tells. */
export interface BalancerEvents<E> extends PickerEvents<E> {
  /** A call found nothing to try, or failed everywhere it tried. */
  exhausted: { readonly error: BalancerError };
}

type Listener<P> = (payload: P) => void;

/** Typed events. With no listener for a name, the payload is not even built. */
export class Events<M> {
  readonly #listeners: { [K in keyof M]?: readonly Listener<M[K]>[] } = {};

  on<K extends keyof M>(event: K, listener: Listener<M[K]>): () => void {
    this.#listeners[event] = [...(this.#listeners[event] ?? []), listener];
    return () => {
      const left = this.#listeners[event]?.filter((other) => other !== listener);
      if (left && left.length > 0) this.#listeners[event] = left;
      else delete this.#listeners[event];
    };
  }

  emit<K extends keyof M>(event: K, payload: () => M[K]): void {
    const listeners = this.#listeners[event];
    if (!listeners) return;
    const built = payload();
    for (const listener of listeners) {
      try {
        listener(built);
      } catch (error) {
        // As EventTarget does in Node: the call goes on, the listener's fault surfaces on its own.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
