/** What the page knows of `GET /api/v1/overview` and of the events of `GET /api/v1/events`: no more than it shows. */
export interface Overview {
  /** The event's id: seconds since the epoch. */
  readonly id: number;
  readonly at: string;
  readonly version: string;
  readonly started_at: string;
  readonly uptime_seconds: number;
  readonly health: Health;
  readonly totals: Totals;
  /** The last second. */
  readonly point: Point | null;
  readonly upstreams: readonly Upstream[];
  readonly tiers: readonly Tier[];
  readonly queues: readonly Queue[];
  readonly workers: readonly Worker[];
  readonly worker_restarts: number;
  readonly in_flight: number;
  readonly alerts: { readonly active: readonly Alert[]; readonly history: readonly Alert[] };
  /** With the first event after a connection, and with every answer to a question. */
  readonly series?: Series;
}

export interface Series {
  /** Oldest first, as is what follows. */
  readonly seconds: readonly Point[];
  readonly five_minutes: readonly Point[];
}

export interface Health {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly since: string;
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly code: string;
  readonly subject: string;
  readonly detail: string;
  readonly advice: string;
  readonly since: string;
}

export interface Totals {
  readonly requests: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly errors: number;
}

/** One second, or five minutes. */
export interface Point {
  readonly at: string;
  readonly seconds: number;
  readonly requests: number;
  readonly hits: Readonly<Record<string, number>>;
  readonly misses: number;
  readonly bytes: number;
  readonly errors: number;
  readonly p50_ms: number | null;
  readonly p90_ms: number | null;
  readonly p99_ms: number | null;
  readonly upstream_calls: number;
  readonly upstream_failures: number;
}

export interface Upstream {
  readonly group: string;
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
  readonly response_times_ms: readonly (number | null)[];
  readonly calls_last_minute: number;
  readonly failures_last_minute: number;
}

export interface Tier {
  readonly name: string;
  readonly usable: boolean;
  readonly entries: number;
  readonly max_entries: number | null;
  readonly bytes: number;
  readonly max_bytes: number | null;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly errors: number;
  readonly last_error: string | null;
  /** Of Redis, while it answers. */
  readonly latency_ms: number | null;
}

export interface Worker {
  readonly name: string;
  readonly pid: number;
  readonly state: 'starting' | 'ready' | 'draining' | 'hung' | 'restarting' | 'stopped';
  readonly restarts: number;
  readonly started_at: string;
  readonly event_loop_delay_mean_ms: number | null;
  readonly event_loop_delay_p99_ms: number | null;
  readonly rss_bytes: number | null;
  readonly heap_used_bytes: number | null;
}

export interface Alert {
  readonly id: string;
  readonly name: string;
  readonly subject: string;
  readonly severity: 'warning' | 'critical';
  readonly detail: string;
  readonly raised_at: string;
  readonly resolved_at: string | null;
}

export interface Queue {
  readonly queue: string;
  readonly depth: number;
  readonly active: number;
  readonly delayed: number;
  readonly workers: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly failure_rate: number;
  readonly throughput_per_minute: number;
}
