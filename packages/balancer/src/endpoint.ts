import { Circuit } from './circuit/circuit.js';
import { Average, PeakEwma, SuccessRate } from './latency.js';
import { AdaptiveWeight } from './strategies/adaptive-weight.js';

/** What the balancer must know of an endpoint. Fields of your own ride along and come back with each lease. */
export interface EndpointOptions {
  /** Unique within its balancer. */
  readonly name: string;
  /** Its share of the calls beside the others' weights; above 0. @default 1 */
  readonly weight?: number;
  /** 1 comes before 2; see `priorityMode`. @default 1 */
  readonly priority?: number;
  /** Most calls at once. @default unlimited */
  readonly maxConcurrency?: number;
}

/** What may change while calls are running. */
export interface EndpointPatch {
  readonly weight?: number;
  readonly priority?: number;
  /** `false` drains: no new calls, running ones settle. */
  readonly enabled?: boolean;
  readonly maxConcurrency?: number;
}

/** What a strategy sees of an endpoint that may be picked. */
export interface Candidate<E> {
  readonly endpoint: E;
  /** Weight in force: configured × outside share × slow start. */
  readonly weight: number;
  readonly priority: number;
  /** Calls that have not settled yet. */
  readonly inFlight: number;
  /** Average response time, `undefined` before the first answer. */
  readonly responseTimeMs: number | undefined;
  /** Response time of the last active probe. */
  readonly probeTimeMs: number | undefined;
}

/** All that is known about one endpoint. */
export class EndpointState<E extends EndpointOptions> implements Candidate<E> {
  readonly endpoint: E;
  readonly name: string;
  configuredWeight: number;
  priority: number;
  maxConcurrency: number;
  enabled = true;
  healthy = true;
  /** 0…1, set from outside (agent checks). */
  share = 1;
  heldUntil: number = -Infinity;
  ejectedUntil: number = -Infinity;
  ejections = 0;
  /** When it last came back, for slow start; `-Infinity`: it never was away. */
  recoveredAt: number = -Infinity;

  weight: number;
  inFlight = 0;
  picks = 0;
  successes = 0;
  failuresTotal = 0;
  probeTimeMs: number | undefined;
  lastError: unknown;

  readonly circuit: Circuit = new Circuit();
  readonly average: Average = new Average();
  readonly peak: PeakEwma = new PeakEwma();
  readonly success: SuccessRate = new SuccessRate();
  readonly adaptive: AdaptiveWeight = new AdaptiveWeight();
  /** Outcomes since the last look for outliers. */
  recentCalls = 0;
  recentSuccesses = 0;
  /** nginx's `current_weight`, and how much failures took off its `effective_weight`. */
  turn = 0;
  lowered = 0;

  constructor(endpoint: E) {
    this.endpoint = endpoint;
    this.name = endpoint.name;
    this.configuredWeight = endpoint.weight ?? 1;
    this.weight = this.configuredWeight;
    this.priority = endpoint.priority ?? 1;
    this.maxConcurrency = endpoint.maxConcurrency ?? Infinity;
  }

  get responseTimeMs(): number | undefined {
    return this.average.value;
  }

  /** Forgets what was learned; what was set by the operator or by probes stays. */
  reset(): void {
    this.circuit.reset();
    this.average.reset();
    this.peak.reset();
    this.success.reset();
    this.heldUntil = -Infinity;
    this.ejectedUntil = -Infinity;
    this.ejections = 0;
    this.recoveredAt = -Infinity;
    this.lastError = undefined;
    this.recentCalls = 0;
    this.recentSuccesses = 0;
    this.turn = 0;
    this.lowered = 0;
  }
}
