import { url } from '../addresses.js';
import { decimal, integer } from '../kinds.js';
import type { Table } from './table.js';

/** Alerts: names that are settled, checked so that a configuration made for them is right. */
export interface UnservedValues {
  readonly ALERT_QUEUE_DEPTH: number;
  readonly ALERT_TASK_FAILURE_RATE: number;
  readonly ALERT_CACHE_HIT_RATE: number;
  readonly ALERT_WEBHOOK_URL: string | undefined;
}

const share = { min: 0, max: 1 };
const unserved = true;

export const later: Table<UnservedValues> = {
  ALERT_QUEUE_DEPTH: {
    unserved,
    kind: integer({ min: 1 }),
    default: '100',
    doc: 'Alert above this many waiting tasks',
  },
  ALERT_TASK_FAILURE_RATE: {
    unserved,
    kind: decimal(share),
    default: '0.05',
    doc: 'Alert above this share of failed tasks',
  },
  ALERT_CACHE_HIT_RATE: { unserved, kind: decimal(share), default: '0.8', doc: 'Alert below this share of cache hits' },
  ALERT_WEBHOOK_URL: { unserved, kind: url(), default: undefined, secret: true, doc: 'Where alerts are POSTed' },
};
