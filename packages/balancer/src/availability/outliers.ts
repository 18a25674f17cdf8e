import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { OutlierOptions } from '../options.js';

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/**
 * Endpoints whose success rate lies below the group's mean − `deviations` σ (Envoy, "Success rate" outlier detection),
 * worst first, no more than the cap leaves room for. Who is blocked already is not judged: it would take up the room, and
 * hide the others by what it does to the mean. Begins a new interval of counting.
 */
export function findOutliers<E extends EndpointOptions>(
  states: readonly EndpointState<E>[],
  now: number,
  settings: Required<OutlierOptions>,
): readonly EndpointState<E>[] {
  const judged: { readonly state: EndpointState<E>; readonly rate: number }[] = [];
  let room = Math.max(1, Math.floor(states.length * settings.maxEjected));
  for (const state of states) {
    const { experience } = state;
    const { recentCalls, recentSuccesses, ejectedUntil, circuit } = experience;
    if (ejectedUntil > now) room--;
    else if (circuit.phase.kind === 'closed' && recentCalls >= settings.minimumCalls)
      judged.push({ state, rate: recentSuccesses / recentCalls });
    experience.recentCalls = 0;
    experience.recentSuccesses = 0;
  }
  if (judged.length < settings.minimumEndpoints || room <= 0) return [];
  const mean = sum(judged.map(({ rate }) => rate)) / judged.length;
  const deviation = Math.sqrt(sum(judged.map(({ rate }) => (rate - mean) ** 2)) / judged.length);
  return judged
    .filter(({ rate }) => rate < mean - settings.deviations * deviation)
    .toSorted((a, b) => a.rate - b.rate)
    .slice(0, room)
    .map(({ state }) => state);
}
