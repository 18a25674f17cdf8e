import { seededRandom } from './seeded-random.js';

/** What a sample server does with one request. */
export type Treatment =
  | { readonly kind: 'answer'; readonly delayMs: number }
  | { readonly kind: 'error'; readonly status: 500 | 503 }
  /** The connection is cut: before the answer, or in the middle of its body. */
  | { readonly kind: 'reset'; readonly amidBody: boolean }
  /** No answer, until the client gives up. */
  | { readonly kind: 'hang' };

/** Decides for request after request; the same decisions in the same order at every start. */
export type Behaviour = () => Treatment;
export type BehaviourName = 'quick' | 'slow' | 'flaky';

const ANSWER: Treatment = { kind: 'answer', delayMs: 0 };
const FAILURES: readonly Treatment[] = [
  { kind: 'error', status: 500 },
  { kind: 'reset', amidBody: false },
  { kind: 'reset', amidBody: true },
  { kind: 'error', status: 503 },
  { kind: 'hang' },
];
const FLAKY_SHARE = 0.3;

export function createBehaviour(name: BehaviourName, seed: number): Behaviour {
  const random = seededRandom(seed);
  if (name === 'quick') return () => ANSWER;
  if (name === 'slow') return () => ({ kind: 'answer', delayMs: 150 + random() * 250 });
  let failures = 0;
  return () => (random() < FLAKY_SHARE ? FAILURES[failures++ % FAILURES.length]! : ANSWER);
}
