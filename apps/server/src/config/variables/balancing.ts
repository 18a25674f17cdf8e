import { decimal, duration, integer } from '../kinds.js';
import type { Table } from './table.js';

export interface BalancingValues {
  readonly HEALTH_CHECK_INTERVAL: number;
  readonly UNHEALTHY_TIMEOUT: number;
  readonly MAX_ERRORS_BEFORE_UNHEALTHY: number;
  readonly BASE_WEIGHT_MULTIPLIER: number;
  readonly DYNAMIC_WEIGHT_MULTIPLIER: number;
  readonly ALPHA_INITIAL: number;
  readonly ALPHA_ADJUSTMENT_STEP: number;
}

const share = { min: 0, max: 1 };
const multiplier = { min: 0.001, max: 1_000_000 };

export const balancing: Table<BalancingValues> = {
  HEALTH_CHECK_INTERVAL: {
    kind: duration('ms', { min: 100 }),
    default: '30000',
    doc: 'Between probes of one upstream, with jitter',
  },
  UNHEALTHY_TIMEOUT: {
    kind: duration('ms', { min: 1 }),
    default: '300000',
    doc: 'Base time that a failing upstream is left out',
  },
  MAX_ERRORS_BEFORE_UNHEALTHY: {
    kind: integer({ min: 1, max: 10_000 }),
    default: '3',
    doc: 'Consecutive failures that leave an upstream out',
  },
  BASE_WEIGHT_MULTIPLIER: { kind: decimal(multiplier), default: '20', doc: 'Weight of probe response times' },
  DYNAMIC_WEIGHT_MULTIPLIER: { kind: decimal(multiplier), default: '50', doc: 'Weight of request response times' },
  ALPHA_INITIAL: { kind: decimal(share), default: '0.5', doc: 'Share of request over probe times at the start' },
  ALPHA_ADJUSTMENT_STEP: { kind: decimal(share), default: '0.1', doc: 'How far that share moves at a time' },
};
