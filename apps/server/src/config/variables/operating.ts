import { url } from '../addresses.js';
import type { AccessLogFormat } from '../config.js';
import { boolean, decimal, integer, oneOf } from '../kinds.js';
import type { Table } from './table.js';

export interface OperatingValues {
  readonly ACCESS_LOG: AccessLogFormat;
  readonly ACCESS_LOG_SAMPLE: number;
  readonly SERVER_TIMING: boolean;
  readonly ALERT_QUEUE_DEPTH: number;
  readonly ALERT_TASK_FAILURE_RATE: number;
  readonly ALERT_CACHE_HIT_RATE: number;
  readonly ALERT_WEBHOOK_URL: string | undefined;
}

const share = { min: 0, max: 1 };

export const operating: Table<OperatingValues> = {
  ACCESS_LOG: {
    kind: oneOf('off', 'combined', 'json'),
    default: 'off',
    doc: "A line for each proxied request, in NCSA's combined format or as JSON; off costs nothing",
  },
  ACCESS_LOG_SAMPLE: {
    kind: decimal(share),
    default: '1',
    doc: 'Share of the requests that are logged; answers of class 5xx always are',
  },
  SERVER_TIMING: {
    kind: boolean(),
    default: 'false',
    doc: 'Tells clients in Server-Timing how long an answer took; memory hits become dearer by it',
  },
  ALERT_QUEUE_DEPTH: { kind: integer({ min: 1 }), default: '100', doc: 'Alert above this many waiting tasks' },
  ALERT_TASK_FAILURE_RATE: { kind: decimal(share), default: '0.05', doc: 'Alert above this share of failed tasks' },
  ALERT_CACHE_HIT_RATE: { kind: decimal(share), default: '0.8', doc: 'Alert below this share of cache hits' },
  ALERT_WEBHOOK_URL: {
    kind: url(),
    default: undefined,
    secret: true,
    doc: 'Where alerts are POSTed, when they are raised and when they are resolved',
  },
};
