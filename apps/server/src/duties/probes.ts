import {
  createProber,
  httpProbe,
  type HttpTarget,
  type Prober,
  tcpProbe,
  type TargetStatus,
  type TcpTarget,
} from '@forebay/health';
import type { Config } from '../config/config.js';
import type { Logger } from '../log/logger.js';
import type { Bus } from '../process/messages.js';
import { probedRoutes, type ProbedRoute } from './probed-routes.js';
import { healthNews, healthSoFar, probeStatus, upstreamSuspect, type HealthNews } from '../topics.js';

type UpstreamTarget = HttpTarget & TcpTarget;

interface Group {
  readonly route: ProbedRoute;
  readonly prober: Prober<UpstreamTarget>;
}

/** Probes every route's upstreams from the primary and tells the workers at once what it finds. */
export class Probes {
  readonly #groups: readonly Group[];
  readonly #bus: Bus;
  readonly #logger: Logger;
  readonly #ends: (() => void)[] = [];

  constructor(config: Config, bus: Bus, logger: Logger) {
    this.#bus = bus;
    this.#logger = logger;
    this.#groups = probedRoutes(config).map((route) => ({ route, prober: proberOf(config, route) }));
  }

  start(): void {
    const bus = this.#bus;
    for (const group of this.#groups) {
      this.#ends.push(
        group.prober.on('probe', ({ target }) => this.#tell(group, target.name)),
        group.prober.on('change', ({ target, current }) => {
          const level = current.healthy ? 'info' : 'warn';
          const error = current.lastError?.message;
          this.#logger[level](
            { event: 'upstream_health', group: group.route.name, upstream: target.name, health: current.health, error },
            `${target.name} is ${current.health}`,
          );
          this.#tell(group, target.name);
        }),
      );
      group.prober.start();
    }
    this.#ends.push(
      bus.handle(healthSoFar, () =>
        this.#groups.flatMap((group) => group.prober.status().map((status) => newsOf(group, status))),
      ),
      bus.handle(probeStatus, () =>
        this.#groups.flatMap(({ route, prober }) =>
          prober.status().map((status) => ({ ...status, lastError: undefined, group: route.name })),
        ),
      ),
      bus.handle(upstreamSuspect, ({ group, name }) => {
        const found = this.#groups.find(({ route }) => route.name === group);
        // Stopping while a probe is under way rejects; there is nobody left to tell then.
        found?.prober.check(name).catch(() => undefined);
      }),
    );
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    for (const { prober } of this.#groups) prober.stop();
  }

  #tell(group: Group, name: string): void {
    const status = group.prober.status().find((each) => each.name === name);
    if (status) this.#bus.broadcast(healthNews, [newsOf(group, status)], 'workers');
  }
}

function proberOf(config: Config, route: ProbedRoute): Prober<UpstreamTarget> {
  const { health } = config;
  return createProber<UpstreamTarget>({
    targets: route.upstreams.map(({ name, url }) => {
      const { hostname, port, protocol } = new URL(url);
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      return { name, url, host, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    }),
    probe:
      route.probePath === undefined
        ? tcpProbe()
        : httpProbe({ path: route.probePath, headers: { 'user-agent': 'forebay-probe' } }),
    interval: health.interval,
    timeout: health.timeout,
    fall: health.maxErrors,
    maxRecoveryInterval: health.isolation,
  });
}

const newsOf = (group: Group, status: TargetStatus): HealthNews => ({
  group: group.route.name,
  name: status.name,
  healthy: status.healthy,
  responseTimeMs: status.responseTimeMs,
  drain: status.drain,
  weightShare: status.weightShare,
});
