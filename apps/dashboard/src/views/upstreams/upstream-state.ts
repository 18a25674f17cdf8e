import type { Upstream } from '../../api/overview.js';
import type { Shape } from '../../parts/mark.js';
import { ms, percent, rate } from '../../words/figures.js';
import { t } from '../../words/words.js';
import type { Word } from '../../words/en.js';

export interface UpstreamState {
  readonly shape: Shape;
  readonly word: Word;
}

/** What an upstream is at, in one word. */
export function stateOf({ available, circuit, enabled, healthy }: Upstream): UpstreamState {
  if (!enabled) return { shape: 'off', word: 'upstream.state.drained' };
  if (circuit === 'half-open') return { shape: 'trial', word: 'upstream.state.trial' };
  const sound = healthy && circuit === 'closed';
  // Every worker has a circuit of its own: what one isolates, another may still ask.
  if (available)
    return sound ? { shape: 'good', word: 'upstream.state.ok' } : { shape: 'warn', word: 'upstream.state.partly' };
  if (!healthy) return { shape: 'bad', word: 'upstream.state.sick' };
  return circuit === 'open'
    ? { shape: 'bad', word: 'upstream.state.open' }
    : { shape: 'warn', word: 'upstream.state.away' };
}

/** Why it has the weight that it has. */
export function whyOf(upstream: Upstream): string {
  const { available, probe_time_ms: probe, response_time_ms: time, success_rate: success, weight } = upstream;
  if (!available) return t('upstream.why.out', { weight: rate(weight) });
  if (time === null) return t('upstream.why.probed', { weight: rate(weight), probe: ms(probe) });
  return t('upstream.why', { weight: rate(weight), time: ms(time), probe: ms(probe), success: percent(success) });
}

/** Of the requests of its group, as the weights in force have it; only one priority is served at a time. */
export function shareOf(upstream: Upstream, all: readonly Upstream[]): number {
  const group = all.filter(({ group, available }) => group === upstream.group && available);
  const first = Math.min(...group.map(({ priority }) => priority));
  if (!upstream.available || upstream.priority !== first) return 0;
  const served = group.filter(({ priority }) => priority === first);
  const sum = served.reduce((total, each) => total + each.weight_in_force, 0);
  return sum === 0 ? 0 : upstream.weight_in_force / sum;
}
