import type { BreakerSettings } from '../settings.js';
import { blockLength } from './block.js';
import { FailureRate } from './failure-rate.js';

/** One call that is let through to see whether the endpoint is back. */
export interface Trial {
  readonly expiresAt: number;
}

/** Each change makes a new phase: an outcome of a call that began in another one changes nothing. */
export type Phase =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly since: number; readonly until: number }
  | { readonly kind: 'half-open'; readonly trials: Trial[] };

/** The share of a block after which a probe that finds the endpoint well ends it. */
const EARLIEST = 0.1;

export type CircuitState = Phase['kind'];

/** A circuit breaker without timers: whether a block is over is read off the clock. */
export class Circuit {
  /** Failures not yet taken off by successes. */
  failures = 0;
  phase: Phase = { kind: 'closed' };
  /** Trials that failed and were not yet made good: what the block grows by in failure-rate mode. */
  #reopened = 0;
  #rate: FailureRate | undefined;

  /** When the block ends; `-Infinity` unless open. */
  get until(): number {
    return this.phase.kind === 'open' ? this.phase.until : -Infinity;
  }

  state(now: number): CircuitState {
    return this.phase.kind === 'open' && now >= this.phase.until ? 'half-open' : this.phase.kind;
  }

  /** Whether a call may go through now, as a usual one or as a trial. */
  admits(now: number, { maxTrials }: BreakerSettings): boolean {
    const { phase } = this;
    if (phase.kind === 'half-open') return phase.trials.filter(({ expiresAt }) => expiresAt > now).length < maxTrials;
    return phase.kind === 'closed' || now >= phase.until;
  }

  /** The moments at which the answer of `admits` may change by themselves. */
  changes(): readonly number[] {
    const { phase } = this;
    return phase.kind === 'half-open' ? phase.trials.map(({ expiresAt }) => expiresAt) : [this.until];
  }

  /** Takes a trial place where one is due. A call that panic sends into a block gets none. */
  begin(now: number, settings: BreakerSettings): Trial | undefined {
    if (this.phase.kind === 'closed' || !this.admits(now, settings)) return undefined;
    const trial: Trial = { expiresAt: now + settings.trialTimeout };
    if (this.phase.kind === 'half-open') this.phase.trials.push(trial);
    else this.phase = { kind: 'half-open', trials: [trial] };
    return trial;
  }

  /** Gives a trial's place back. */
  end(trial: Trial): void {
    if (this.phase.kind !== 'half-open') return;
    const index = this.phase.trials.indexOf(trial);
    if (index >= 0) this.phase.trials.splice(index, 1);
  }

  /** Whether this success closed the circuit. One in an open circuit was sent by panic: proof enough too. */
  success(begun: Phase, now: number, settings: BreakerSettings): boolean {
    if (begun !== this.phase) return false;
    if (this.failures > 0) this.failures--;
    if (begun.kind !== 'closed') {
      this.phase = { kind: 'closed' };
      this.#rate = undefined;
      return true;
    }
    if (this.#reopened > 0) this.#reopened--;
    if (settings.failureRate !== Infinity) this.#window(settings).record(false, now);
    return false;
  }

  /** The length in ms of the block that this failure began, if it did. */
  failure(begun: Phase, now: number, settings: BreakerSettings, random: () => number): number | undefined {
    // A failure in an open circuit was sent by panic and must not lengthen the block.
    if (begun !== this.phase || begun.kind === 'open') return undefined;
    this.failures++;
    if (begun.kind === 'half-open') this.#reopened++;
    else if (!this.#trips(now, settings)) return undefined;
    const excess = settings.failureRate === Infinity ? this.failures - settings.maxFailures : this.#reopened;
    const length = blockLength(excess, settings, random);
    this.phase = { kind: 'open', since: now, until: now + length };
    return length;
  }

  /** Ends a block at once: the next call is a trial. */
  expire(now: number): void {
    if (this.until > now) this.phase = { kind: 'open', since: now, until: now };
  }

  /** Ends a block of which a tenth has passed; whether there was one. */
  expireEarly(now: number): boolean {
    const { phase } = this;
    if (phase.kind !== 'open' || now >= phase.until || now - phase.since < (phase.until - phase.since) * EARLIEST)
      return false;
    this.expire(now);
    return true;
  }

  #trips(now: number, settings: BreakerSettings): boolean {
    if (settings.failureRate === Infinity) return this.failures >= settings.maxFailures;
    const window = this.#window(settings);
    window.record(true, now);
    return window.exceeds(settings.failureRate, settings.minimumCalls, now);
  }

  #window({ window }: BreakerSettings): FailureRate {
    if (this.#rate?.windowMs !== window) this.#rate = new FailureRate(window);
    return this.#rate;
  }
}
