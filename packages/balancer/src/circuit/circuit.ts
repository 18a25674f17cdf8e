import { blockLength, type BlockSettings } from './block.js';
import { FailureRate } from './failure-rate.js';

export type CircuitState = 'closed' | 'open' | 'half-open';

export interface BreakerSettings extends BlockSettings {
  readonly maxFailures: number;
  readonly failureRate: number | undefined;
  readonly minimumCalls: number;
  readonly window: number;
  readonly maxTrials: number;
  readonly trialTimeout: number;
}

type Phase =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly until: number }
  | { readonly kind: 'half-open'; readonly trials: Trial[] };

/** One call that is let through to see whether the endpoint is back. */
export interface Trial {
  readonly expiresAt: number;
}

const closed: Phase = { kind: 'closed' };

/**
 * A circuit breaker without timers: whether a block is over is read off the clock. Each change of phase begins a new
 * epoch; an outcome of a call that began in an earlier one changes nothing.
 */
export class Circuit {
  /** Failures not yet taken off by successes. */
  failures = 0;
  epoch = 0;
  #phase: Phase = closed;
  /** Trials that failed since the circuit was last steadily closed: what the block grows by in failure-rate mode. */
  #reopened = 0;
  #rate: FailureRate | undefined;

  get isClosed(): boolean {
    return this.#phase === closed;
  }

  /** When the block ends; `undefined` unless open. */
  get until(): number | undefined {
    return this.#phase.kind === 'open' ? this.#phase.until : undefined;
  }

  state(now: number): CircuitState {
    const phase = this.#phase;
    return phase.kind === 'open' && now >= phase.until ? 'half-open' : phase.kind;
  }

  /** Whether a call may go through now, as a usual one or as a trial. */
  admits(now: number, settings: BreakerSettings): boolean {
    const phase = this.#phase;
    switch (phase.kind) {
      case 'closed':
        return true;
      case 'open':
        return now >= phase.until;
      case 'half-open':
        return running(phase.trials, now) < settings.maxTrials;
    }
  }

  /** When, without any outcome, the answer of `admits` may next change. */
  nextChange(now: number): number {
    const phase = this.#phase;
    switch (phase.kind) {
      case 'closed':
        return Infinity;
      case 'open':
        return phase.until > now ? phase.until : Infinity;
      case 'half-open':
        return phase.trials.reduce(
          (next, { expiresAt }) => (expiresAt > now ? Math.min(next, expiresAt) : next),
          Infinity,
        );
    }
  }

  /** Takes a trial place where one is due. A call that panic sends into a block gets none. */
  begin(now: number, settings: BreakerSettings): Trial | undefined {
    if (this.#phase === closed || !this.admits(now, settings)) return undefined;
    const trial: Trial = { expiresAt: now + settings.trialTimeout };
    if (this.#phase.kind === 'half-open') this.#phase.trials.push(trial);
    else this.#enter({ kind: 'half-open', trials: [trial] });
    return trial;
  }

  /** Gives a trial's place back without an outcome. */
  abandon(trial: Trial): void {
    if (this.#phase.kind !== 'half-open') return;
    const index = this.#phase.trials.indexOf(trial);
    if (index >= 0) this.#phase.trials.splice(index, 1);
  }

  /** Whether this success closed the circuit. One in an open circuit was sent by panic: proof enough too. */
  success(epoch: number, now: number, settings: BreakerSettings): boolean {
    if (epoch !== this.epoch) return false;
    if (this.failures > 0) this.failures--;
    if (this.#phase !== closed) {
      this.close();
      return true;
    }
    if (this.#reopened > 0) this.#reopened--;
    if (settings.failureRate !== undefined) this.#window(settings).record(false, now);
    return false;
  }

  /** The length of the block in ms that this failure began, if it did. */
  failure(epoch: number, now: number, settings: BreakerSettings, random: () => number): number | undefined {
    // A failure in an open circuit was sent by panic and must not lengthen the block.
    if (epoch !== this.epoch || this.#phase.kind === 'open') return undefined;
    this.failures++;
    const wasTrial = this.#phase.kind === 'half-open';
    if (wasTrial) this.#reopened++;
    else if (!this.#trips(now, settings)) return undefined;
    const excess = settings.failureRate === undefined ? this.failures - settings.maxFailures : this.#reopened;
    const length = blockLength(excess, settings, random);
    this.#enter({ kind: 'open', until: now + length });
    return length;
  }

  /** Ends a block at once: the next call is a trial. */
  expire(now: number): void {
    if (this.#phase.kind === 'open' && this.#phase.until > now) this.#phase = { kind: 'open', until: now };
  }

  close(): void {
    this.#rate?.clear();
    this.#enter(closed);
  }

  reset(): void {
    this.failures = 0;
    this.#reopened = 0;
    this.close();
  }

  #trips(now: number, settings: BreakerSettings): boolean {
    if (settings.failureRate === undefined) return this.failures >= settings.maxFailures;
    const window = this.#window(settings);
    window.record(true, now);
    return window.exceeds(settings.failureRate, settings.minimumCalls, now);
  }

  #window(settings: BreakerSettings): FailureRate {
    if (this.#rate?.windowMs !== settings.window) this.#rate = new FailureRate(settings.window);
    return this.#rate;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.epoch++;
  }
}

function running(trials: readonly Trial[], now: number): number {
  let count = 0;
  for (const trial of trials) if (trial.expiresAt > now) count++;
  return count;
}
