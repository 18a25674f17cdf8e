import { Circuit } from './circuit/circuit.js';
import { Average, PeakEwma, SuccessRate } from './latency.js';
import { resolveEndpoint, type EndpointSettings } from './settings.js';

/** What the balancer must know of an endpoint. Fields of your own ride along and come back with each lease. */
export interface EndpointOptions {
  /** Unique within its balancer. */
  readonly name: string;
  /** Its share of the calls beside the others' weights; from 0.001 up. @default 1 */
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
  /** Calls that have not settled yet. */
  readonly inFlight: number;
  /** Average response time, `undefined` before the first answer. */
  readonly responseTimeMs: number | undefined;
  /** Response time of the last active probe. */
  readonly probeTimeMs: number | undefined;
}

/** What is learned about an endpoint from its calls; `reset` begins a new one. */
export class Experience {
  heldUntil: number = -Infinity;
  ejectedUntil: number = -Infinity;
  ejections = 0;
  /** When it last came back, for slow start; `-Infinity`: it never was away. */
  recoveredAt: number = -Infinity;
  lastError: unknown;
  readonly circuit: Circuit = new Circuit();
  readonly average: Average = new Average();
  readonly peak: PeakEwma = new PeakEwma();
  readonly success: SuccessRate = new SuccessRate();
  /** Outcomes since the last look for outliers. */
  recentCalls = 0;
  recentSuccesses = 0;
  /** nginx's `current_weight`, and how much failures took off its `effective_weight`. */
  turn = 0;
  lowered = 0;
  /** How much `adaptive` believes in requests rather than probes, and how wrong both have been; below 0: not known yet. */
  alpha = -1;
  probeError = 0;
  averageError = 0;
  /** What `adaptive` multiplies the weight by; NaN: nothing is known. */
  speed: number = NaN;
}

/** One endpoint as the balancer sees it. */
export class EndpointState<E extends EndpointOptions> implements Candidate<E> {
  readonly endpoint: E;
  readonly name: string;
  settings: EndpointSettings;
  /** What probes say, and the share (0…1) that was set from outside. */
  healthy = true;
  share = 1;
  probeMs: number = NaN;
  weight: number;
  inFlight = 0;
  picks = 0;
  successes = 0;
  failures = 0;
  experience: Experience = new Experience();

  constructor(endpoint: E) {
    this.endpoint = endpoint;
    this.name = endpoint.name;
    this.settings = resolveEndpoint(endpoint);
    this.weight = this.settings.weight;
  }

  get responseTimeMs(): number | undefined {
    return known(this.experience.average.ms);
  }

  get probeTimeMs(): number | undefined {
    return known(this.probeMs);
  }
}

function known(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : ms;
}
