import { createBalancer, LoadBalancerManager } from '@forebay/balancer';
import { describe, expect, it } from 'vitest';
import { failTimes, picks } from './support/picks.js';

const manage = (): LoadBalancerManager => {
  const manager = new LoadBalancerManager();
  manager.add('images', createBalancer({ endpoints: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }));
  manager.add('api', createBalancer({ endpoints: [{ name: 'x' }], panicThreshold: 0 }));
  return manager;
};

describe('LoadBalancerManager', () => {
  it('finds balancers by name and tells all their states', () => {
    const manager = manage();
    expect(manager.names()).toEqual(['images', 'api']);
    expect(manager.status()['images']).toHaveLength(3);
    expect(manager.formatStatus()).toMatch(/^images\na: available/);
    expect(() => manager.add('api', manager.get('images')!)).toThrow(RangeError);
    expect(manager.remove('api')).toBe(true);
    expect(manager.get('api')).toBeUndefined();
  });

  it('raises alerts while something is wrong', () => {
    const manager = manage();
    expect(manager.alerts()).toEqual([]);
    failTimes(manager.get('images')!, 'a', 3);
    manager.get('images')!.setHealthy('b', false);
    failTimes(manager.get('images')!, 'c', 2);
    manager.get('images')!.updateEndpoint('c', { weight: 2 });
    manager.get('api')!.setHealthy('x', false);
    expect(manager.alerts().map(({ code, group, endpoint }) => [code, group, endpoint])).toEqual([
      ['endpoint-blocked', 'images', 'a'],
      ['endpoint-unhealthy', 'images', 'b'],
      ['no-endpoint', 'api', undefined],
      ['endpoint-unhealthy', 'api', 'x'],
    ]);
    expect(manager.alerts()[0]?.message).toBe('images: a is blocked (down)');
    manager.reset('images');
    manager.get('images')!.setHealthy('b', true);
    manager.get('api')!.setHealthy('x', true);
    expect(manager.alerts()).toEqual([]);
  });

  it('gives metric samples for groups and endpoints', () => {
    const manager = manage();
    picks(manager.get('api')!, 2);
    const samples = manager.metrics().filter(({ labels }) => labels['group'] === 'api');
    const valueOf = (name: string): number | undefined => samples.find((sample) => sample.name === name)?.value;
    expect(valueOf('forebay_balancer_attempts_total')).toBe(2);
    expect(valueOf('forebay_balancer_endpoint_successes_total')).toBe(2);
    expect(valueOf('forebay_balancer_endpoint_response_time_seconds')).toBe(0.01);
    expect(
      samples.every(({ name, help, value }) => name.startsWith('forebay_') && help !== '' && Number.isFinite(value)),
    ).toBe(true);
  });
});
