export interface AdaptiveSettings {
  readonly baseMultiplier: number;
  readonly dynamicMultiplier: number;
  readonly alphaInitial: number;
  readonly alphaStep: number;
}

/** How fast the two predictors' errors are forgotten. */
const errorShare = 0.2;

/** One endpoint's blend of what probes and what requests say about its speed. */
export class AdaptiveWeight {
  /** The factor on the configured weight; `undefined` while nothing is known. */
  factor: number | undefined;
  #alpha: number | undefined;
  #probeError = 0;
  #averageError = 0;

  get alpha(): number | undefined {
    return this.#alpha;
  }

  /** Moves `alpha` towards the average that foretold this response time better, by a step at most. */
  learn(ms: number, probeMs: number | undefined, averageMs: number | undefined, settings: AdaptiveSettings): void {
    const alpha = (this.#alpha ??= settings.alphaInitial);
    if (probeMs === undefined || averageMs === undefined) return;
    this.#probeError += (Math.abs(ms - probeMs) - this.#probeError) * errorShare;
    this.#averageError += (Math.abs(ms - averageMs) - this.#averageError) * errorShare;
    const both = this.#probeError + this.#averageError;
    if (both === 0) return;
    const lead = (this.#probeError - this.#averageError) / both;
    this.#alpha = Math.min(1, Math.max(0, alpha + settings.alphaStep * lead));
  }

  /** `alpha × dynamic + (1 − alpha) × base`; a time that is missing is taken to be the other one. */
  update(probeMs: number | undefined, averageMs: number | undefined, settings: AdaptiveSettings): void {
    const probe = probeMs ?? averageMs;
    const average = averageMs ?? probeMs;
    if (probe === undefined || average === undefined) {
      this.factor = undefined;
      return;
    }
    const alpha = this.#alpha ?? settings.alphaInitial;
    const base = (settings.baseMultiplier * 1000) / Math.max(probe, shortest);
    const dynamic = (settings.dynamicMultiplier * 1000) / Math.max(average, shortest);
    this.factor = alpha * dynamic + (1 - alpha) * base;
  }
}

/** Faster than this is not told apart, ms. */
const shortest = 0.01;
