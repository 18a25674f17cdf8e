import { createBalancer, type BalancerConfig, type LoadBalancer } from '@forebay/balancer';
import { ask, createFakeApis, type ApiName, type FakeApi, type RoomInfo } from './fake-apis.js';

export interface Api {
  readonly name: ApiName;
  readonly weight: number;
  readonly priority: number;
}

const apis: readonly Api[] = [
  { name: 'web', priority: 1, weight: 3 },
  { name: 'webHTML', priority: 2, weight: 2 },
  { name: 'mobile', priority: 3, weight: 2 },
  { name: 'userHTML', priority: 4, weight: 1 },
];

export interface Recorder {
  readonly loadBalancer: LoadBalancer<Api>;
  /** What the recorder does not control: the interfaces' moods. */
  readonly fakes: Record<ApiName, FakeApi>;
  /** Asks one interface by name, or with `balance` whichever answers. */
  readonly getInfo: (channelId: string, options: { readonly api: ApiName | 'balance' }) => Promise<RoomInfo>;
}

export function createRecorder(config: BalancerConfig<Api> = {}): Recorder {
  const fakes = createFakeApis();
  const loadBalancer = createBalancer<Api>({
    endpoints: apis,
    breaker: { maxFailures: 3, blockDuration: 300_000 },
    ...config,
  });
  return {
    loadBalancer,
    fakes,
    getInfo: (channelId, { api }) =>
      api === 'balance'
        ? loadBalancer.call(({ name }, { signal }) => ask(name, fakes[name], channelId, signal), { timeout: 2000 })
        : ask(api, fakes[api], channelId, AbortSignal.timeout(2000)),
  };
}
