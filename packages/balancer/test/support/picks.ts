import type { EndpointOptions, LoadBalancer } from '@forebay/balancer';

/** The names of the next picks, each settled as a success at once. */
export function picks(balancer: LoadBalancer<EndpointOptions>, count: number, ms = 10): string[] {
  return Array.from({ length: count }, () => {
    const lease = balancer.acquire();
    lease?.success(ms);
    return lease?.endpoint.name ?? '-';
  });
}

export function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Takes the named endpoint, by excluding all others. */
export function take(
  balancer: LoadBalancer<EndpointOptions>,
  name: string,
): ReturnType<LoadBalancer<EndpointOptions>['acquire']> {
  const others = balancer.status().map((status) => status.name);
  return balancer.acquire({ exclude: new Set(others.filter((other) => other !== name)) });
}

export function failTimes(balancer: LoadBalancer<EndpointOptions>, name: string, times: number): void {
  for (let index = 0; index < times; index++) take(balancer, name)?.failure(new Error('down'));
}
