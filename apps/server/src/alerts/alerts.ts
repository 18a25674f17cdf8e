import type { AlertConfig } from '../config/config.js';
import type { HistoryPoint } from '../history/series.js';
import type { Logger } from '../log/logger.js';
import type { Facts } from '../metrics/facts.js';
import type { AlertList } from './alert.js';
import { AlertEvaluator, type AlertEvent } from './evaluator.js';
import { Flaps } from './flaps.js';
import { alertRules } from './rules.js';
import { Webhook } from './webhook.js';

/** The state of alerts, to be handed on. */
export interface AlertsState {
  readonly list: AlertList;
  /** What the webhook has not taken yet. */
  readonly untold: readonly AlertEvent[];
}

/** Watches the facts, and tells of what is wrong and of what is well again: in the log and to the webhook. */
export class Alerts {
  readonly #evaluator: AlertEvaluator;
  readonly #flaps = new Flaps();
  readonly #logger: Logger;
  readonly #webhook: Webhook | undefined;

  constructor(config: AlertConfig, logger: Logger, state?: AlertsState) {
    this.#evaluator = new AlertEvaluator(alertRules(config), state?.list);
    this.#logger = logger;
    this.#webhook = config.webhookUrl === undefined ? undefined : new Webhook({ url: config.webhookUrl, logger });
    for (const event of state?.untold ?? []) this.#webhook?.send(event);
  }

  /** Once a second. */
  look(facts: Facts, recent: readonly HistoryPoint[]): void {
    const flaps = this.#flaps.look(facts.upstreams, facts.at);
    const { disk, queues, tiers, upstreams, workers } = facts;
    for (const event of this.#evaluator.evaluate({ disk, tiers, upstreams, workers, recent, flaps, queues }, facts.at))
      this.#tell(event);
  }

  list(): AlertList {
    return this.#evaluator.list();
  }

  /** What outlives a reload. */
  state(): AlertsState {
    return { list: this.list(), untold: this.#webhook?.pending ?? [] };
  }

  close(): void {
    this.#webhook?.close();
  }

  #tell(told: AlertEvent): void {
    const { alert, event } = told;
    const fields = { event: `alert_${event}`, alert: alert.id, value: alert.value, threshold: alert.threshold };
    if (event === 'resolved') this.#logger.info(fields, `alert resolved: ${alert.id}`);
    else this.#logger[alert.severity === 'critical' ? 'error' : 'warn'](fields, `alert: ${alert.detail}`);
    this.#webhook?.send(told);
  }
}
