import type { Logger } from '../log/logger.js';
import { answers, type Bus } from '../process/messages.js';
import { healthNews, healthSoFar, upstreamSuspect, type HealthNews } from '../topics.js';
import type { Mounted } from './proxies.js';

/**
 * Joins the balancers of one process to the primary's probes: what they find is heard at once, and an open circuit here
 * has the primary look at the upstream now. Returns what ends it.
 */
export function followHealth(mounts: readonly Mounted[], bus: Bus, logger: Logger): () => void {
  const groups = new Map(mounts.map((mounted) => [mounted.route.name, mounted]));

  const take = (news: readonly HealthNews[]): void => {
    for (const { group, name, healthy, responseTimeMs, drain, weightShare } of news) {
      const mounted = groups.get(group);
      if (mounted === undefined || !mounted.route.upstreams.some((upstream) => upstream.name === name)) continue;
      const { balancer } = mounted.proxy.upstreams;
      balancer.setHealthy(name, healthy);
      if (responseTimeMs !== undefined && healthy) balancer.recordProbe(name, responseTimeMs);
      balancer.setWeightShare(name, drain ? 0 : weightShare);
    }
  };
  void bus.ask(healthSoFar, null, { to: 'primary' }).then((replies) => take(answers(replies).flat()));

  const ends = [bus.handle(healthNews, take)];
  for (const { route, proxy } of mounts) {
    const { balancer } = proxy.upstreams;
    ends.push(
      balancer.on('block', ({ endpoint }) => {
        const upstream = endpoint.name;
        logger.warn(
          { event: 'upstream_blocked', group: route.name, upstream },
          `${upstream} failed too often and is left alone for a while`,
        );
        bus.broadcast(upstreamSuspect, { group: route.name, name: upstream }, 'primary');
      }),
      balancer.on('recover', ({ endpoint }) => {
        logger.info(
          { event: 'upstream_recovered', group: route.name, upstream: endpoint.name },
          `${endpoint.name} answers again`,
        );
      }),
    );
  }
  return () => {
    for (const end of ends) end();
  };
}
