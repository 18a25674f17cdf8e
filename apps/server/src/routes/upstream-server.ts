import { z } from 'zod';
import type { UpstreamView } from '../upstream-view.js';
import { rounded } from './rounded.js';

/** One upstream server, as the management interface tells of it. */
export interface UpstreamServer {
  readonly name: string;
  readonly url: string;
  readonly healthy: boolean;
  readonly available: boolean;
  readonly enabled: boolean;
  readonly circuit: 'closed' | 'open' | 'half-open';
  readonly priority: number;
  readonly weight: number;
  readonly weight_in_force: number;
  readonly response_time_ms: number | null;
  readonly probe_time_ms: number | null;
  readonly in_flight: number;
  readonly consecutive_failures: number;
  readonly success_rate: number;
  readonly last_error: string | null;
  readonly next_retry_at: string | null;
}

/** The fields' schemas, for what shows a server with more around it. */
export const upstreamFields: { readonly [Field in keyof UpstreamServer]: z.ZodType<UpstreamServer[Field]> } = {
  name: z.string(),
  url: z.string(),
  healthy: z.boolean().describe('What the probes say'),
  available: z.boolean().describe('Whether requests may be sent to it now'),
  enabled: z.boolean().describe('False while it is drained'),
  circuit: z.enum(['closed', 'open', 'half-open']),
  priority: z.number().int().describe('1 is served before 2'),
  weight: z.number().describe('As configured'),
  weight_in_force: z.number().describe('As the balancer computed it'),
  response_time_ms: z.number().nullable().describe('Moving average of requests'),
  probe_time_ms: z.number().nullable().describe('Of health probes'),
  in_flight: z.number().int(),
  consecutive_failures: z.number().int(),
  success_rate: z.number().describe('Moving average, from 0 to 1'),
  last_error: z.string().nullable(),
  next_retry_at: z.iso.datetime().nullable().describe('When it is tried again'),
};

export const upstreamServer: z.ZodType<UpstreamServer> = z.object(upstreamFields).meta({ id: 'UpstreamServer' });

export const exampleServer: UpstreamServer = {
  name: 'images-1.example',
  url: 'https://images-1.example',
  healthy: true,
  available: true,
  enabled: true,
  circuit: 'closed',
  priority: 1,
  weight: 2,
  weight_in_force: 830.5,
  response_time_ms: 48.2,
  probe_time_ms: 31,
  in_flight: 3,
  consecutive_failures: 0,
  success_rate: 0.998,
  last_error: null,
  next_retry_at: null,
};

export const describeUpstream = (view: UpstreamView): UpstreamServer => ({
  name: view.name,
  url: view.url,
  healthy: view.healthy,
  available: view.available,
  enabled: view.enabled,
  circuit: view.circuit,
  priority: view.priority,
  weight: view.weight,
  weight_in_force: rounded(view.weightInForce),
  response_time_ms: view.responseTimeMs === undefined ? null : rounded(view.responseTimeMs),
  probe_time_ms: view.probeTimeMs === undefined ? null : rounded(view.probeTimeMs),
  in_flight: view.inFlight,
  consecutive_failures: view.failures,
  success_rate: rounded(view.successRate),
  last_error: view.lastError ?? null,
  next_retry_at: view.nextRetryAt === undefined ? null : new Date(view.nextRetryAt).toISOString(),
});
