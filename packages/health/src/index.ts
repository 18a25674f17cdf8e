export type { Clock } from './clock.js';
export { HealthError, type HealthErrorCode, isHealthError } from './errors.js';
export type { CreateProberOptions, Probe, Target } from './options.js';
export type { ProbeAnswer, ProbeResult } from './outcome.js';
export { type ChangeEvent, createProber, type ProbeEvent, type Prober, type ProberEvents } from './prober.js';
export { httpProbe, type HttpProbeOptions, type HttpTarget } from './probes/http.js';
export { tcpProbe, type TcpProbeOptions, type TcpTarget } from './probes/tcp.js';
export type { Health } from './state.js';
export type { TargetStatus } from './status.js';
