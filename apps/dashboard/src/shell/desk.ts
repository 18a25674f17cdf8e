import { inject, reactive, type InjectionKey } from 'vue';
import { CallError } from '../api/call.js';
import type { Live } from '../live/live.js';
import { t } from '../words/words.js';

/** Something to be confirmed, or a value to be given. */
export interface Question {
  readonly title: string;
  readonly body: string;
  /** What the button says that goes ahead. */
  readonly go: string;
  readonly danger?: boolean;
  readonly field?: {
    readonly label: string;
    readonly value: string;
    readonly type: 'text' | 'number';
  };
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly failed: boolean;
}

interface Asked extends Question {
  readonly answer: (given: string | undefined) => void;
}

/** More are not shown: the oldest goes. */
const MOST_TOASTS = 4;
const TOAST_LASTS = 6000;

/** What all parts of the page share: the server's news, questions to whoever looks, and word of what was done. */
export class Desk {
  readonly live: Live;
  readonly shown: { asked: Asked | undefined; toasts: Toast[] } = reactive({ asked: undefined, toasts: [] });
  #toasts = 0;

  constructor(live: Live) {
    this.live = live;
  }

  /** The value given, or '' where none is asked for; undefined when it is called off. */
  ask(question: Question): Promise<string | undefined> {
    this.shown.asked?.answer(undefined);
    return new Promise((resolve) => {
      this.shown.asked = {
        ...question,
        answer: (given) => {
          this.shown.asked = undefined;
          resolve(given);
        },
      };
    });
  }

  /** Does something, and says how it went. Whoever may not is asked to sign in. Resolves to whether it was done. */
  async act<T>(doing: () => Promise<T>, done: (result: T) => string): Promise<boolean> {
    try {
      this.say(done(await doing()), false);
      return true;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.status === 401) this.live.signedOut();
      else this.say(t('toast.failed', { detail: describe(error) }), true);
      return false;
    }
  }

  dismiss(toast: Toast): void {
    this.shown.toasts = this.shown.toasts.filter(({ id }) => id !== toast.id);
  }

  say(text: string, failed: boolean): void {
    const toast = { id: (this.#toasts += 1), text, failed };
    this.shown.toasts = [...this.shown.toasts, toast].slice(-MOST_TOASTS);
    // A failure stays until it has been read.
    if (!failed) setTimeout(() => this.dismiss(toast), TOAST_LASTS);
  }
}

/** A failure in words. */
export const describe = ({ message, status }: CallError): string => (status === 0 ? t('toast.no-answer') : message);

export const DESK: InjectionKey<Desk> = Symbol('desk');

export function useDesk(): Desk {
  const desk = inject(DESK);
  if (desk === undefined) throw new Error('there is no desk');
  return desk;
}
