import { Ring } from '../history/ring.js';
import type { Alert, AlertList } from './alert.js';
import type { AlertFacts, AlertRule, Verdict } from './rules.js';

const HISTORY_KEPT = 100;

/** A change worth telling. */
export interface AlertEvent {
  readonly event: 'raised' | 'resolved';
  readonly alert: Alert;
}

/** The state of an evaluator, to be handed on. */
export type AlertState = AlertList;

/** How a subject has been lately. */
interface Streak {
  bad: number;
  good: number;
}

/**
 * Raises an alert after so many bad evaluations in a row, and resolves it after so many good ones: what goes to and fro
 * neither rings nor falls silent. Pure but for what it remembers.
 */
export class AlertEvaluator {
  readonly #rules: readonly AlertRule[];
  readonly #active: Map<string, Alert>;
  readonly #history: Ring<Alert>;
  #streaks = new Map<string, Streak>();

  constructor(rules: readonly AlertRule[], state: AlertState = { active: [], history: [] }) {
    this.#rules = rules;
    this.#active = new Map(state.active.map((alert) => [alert.id, alert]));
    this.#history = new Ring(HISTORY_KEPT, state.history.toReversed());
  }

  /** @param at epoch ms */
  evaluate(facts: AlertFacts, at: number): readonly AlertEvent[] {
    const events: AlertEvent[] = [];
    const streaks = new Map<string, Streak>();
    for (const rule of this.#rules) {
      for (const verdict of rule.judge(facts)) {
        const id = idOf(rule, verdict);
        const streak = this.#streaks.get(id) ?? { bad: 0, good: 0 };
        streaks.set(id, streak);
        const event = this.#weigh(rule, verdict, streak, at);
        if (event !== undefined) events.push(event);
      }
    }
    // What is no longer there, as after a reload, is no longer wrong.
    for (const alert of this.#active.values()) if (!streaks.has(alert.id)) events.push(this.#resolve(alert, at));
    this.#streaks = streaks;
    return events;
  }

  list(): AlertList {
    return { active: [...this.#active.values()], history: this.#history.items.toReversed() };
  }

  #weigh(rule: AlertRule, verdict: Verdict, streak: Streak, at: number): AlertEvent | undefined {
    if (verdict.bad === undefined) return undefined;
    streak.bad = verdict.bad ? streak.bad + 1 : 0;
    streak.good = verdict.bad ? 0 : streak.good + 1;
    const active = this.#active.get(idOf(rule, verdict));
    if (active === undefined) {
      return streak.bad >= rule.raiseAfter ? this.#raise(rule, verdict, at) : undefined;
    }
    if (streak.good >= rule.resolveAfter) return this.#resolve(active, at);
    if (verdict.bad) this.#active.set(active.id, { ...active, value: verdict.value, detail: verdict.detail });
    return undefined;
  }

  #raise(rule: AlertRule, verdict: Verdict, at: number): AlertEvent {
    const { detail, subject, threshold, value } = verdict;
    const { name, severity } = rule;
    const id = idOf(rule, verdict);
    const raised_at = new Date(at).toISOString();
    const alert: Alert = { id, name, subject, severity, detail, value, threshold, raised_at, resolved_at: null };
    this.#active.set(id, alert);
    return { event: 'raised', alert };
  }

  #resolve(active: Alert, at: number): AlertEvent {
    const alert = { ...active, resolved_at: new Date(at).toISOString() };
    this.#active.delete(active.id);
    this.#history.push(alert);
    return { event: 'resolved', alert };
  }
}

const idOf = ({ name }: AlertRule, { subject }: Verdict): string => (subject === '' ? name : `${name} ${subject}`);
