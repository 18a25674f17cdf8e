/**
 * By which way a picture is asked for. A picture by key goes down `direct` or `redirect`, `refresh`, `proxy`; one by
 * URL has `source` alone; then comes `fallback`, then nothing.
 */
export type Stage = 'direct' | 'redirect' | 'refresh' | 'proxy' | 'source' | 'fallback' | 'none';

export interface LadderRules {
  /** Tries beyond the first, over all stages but the fallback. */
  readonly maxRetries: number;
  readonly hasFallback: boolean;
}

/** Which way comes after one that failed. `retries` is how many there were before: it bounds all of it. */
export function nextStage(stage: Stage, retries: number, rules: LadderRules): Stage {
  if (stage === 'fallback' || stage === 'none') return 'none';
  if (retries >= rules.maxRetries) return rules.hasFallback ? 'fallback' : 'none';
  switch (stage) {
    case 'direct':
    case 'redirect':
      return 'refresh';
    case 'refresh':
      return 'proxy';
    case 'proxy':
    case 'source':
      return stage;
  }
}
