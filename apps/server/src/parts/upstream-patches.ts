import type { PatchHandler } from '../topics.js';
import type { Mounted } from './proxies.js';

/** Applies changes made at run time to the balancers of one process; false where there is no such upstream. */
export function patchUpstreams(mounts: readonly Mounted[]): PatchHandler {
  return ({ group, name, reset, ...changes }) => {
    const mounted = mounts.find(({ route }) => route.name === group);
    const { balancer } = mounted?.proxy.upstreams ?? {};
    if (balancer === undefined || !balancer.status().some((status) => status.name === name)) return false;
    if (reset === true) balancer.reset(name);
    else balancer.updateEndpoint(name, changes);
    return true;
  };
}
