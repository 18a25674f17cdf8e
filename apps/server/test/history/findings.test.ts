import { describe, expect, it } from 'vitest';
import { Findings } from '../../src/history/findings.js';
import { factsOf, upstreamOf } from '../support/facts.js';

const at = 1_000_000_000_000;

describe('what is wrong', () => {
  it('is nothing when all is well, since the start', () => {
    const health = new Findings().assess(factsOf());
    expect(health).toEqual({ status: 'healthy', since: new Date(999_999_000_000).toISOString(), findings: [] });
  });

  it('is told with since when and what to do, and forgotten when it is over', () => {
    const findings = new Findings();
    findings.assess(factsOf());
    const broken = [
      upstreamOf({ available: false, healthy: false, lastError: 'ECONNREFUSED' }),
      upstreamOf({ name: 'two' }),
    ];
    findings.assess(factsOf(undefined, { at: at + 1000, upstreams: broken }));
    const later = findings.assess(factsOf(undefined, { at: at + 9000, upstreams: broken }));
    expect(later.status).toBe('degraded');
    expect(later.since).toBe(new Date(at + 1000).toISOString());
    expect(later.findings).toHaveLength(1);
    expect(later.findings[0]).toMatchObject({
      code: 'upstream-out',
      subject: 'images one.example',
      since: later.since,
    });
    expect(later.findings[0]?.detail).toContain('ECONNREFUSED');
    expect(findings.assess(factsOf(undefined, { at: at + 10_000 })).findings).toEqual([]);
  });

  it('is unhealthy once no upstream is left, and not because one was drained on purpose', () => {
    const out = upstreamOf({ available: false });
    expect(new Findings().assess(factsOf(undefined, { upstreams: [out] }))).toMatchObject({
      status: 'unhealthy',
      findings: [{ code: 'route-down' }, { code: 'upstream-out' }],
    });
    const drained = [upstreamOf({ available: false, enabled: false }), upstreamOf({ name: 'two' })];
    expect(new Findings().assess(factsOf(undefined, { upstreams: drained })).status).toBe('healthy');
  });

  it('includes tiers that do not answer and workers that are down', () => {
    const facts = factsOf();
    const tiers = facts.tiers.map((tier) => ({ ...tier, usable: tier.name !== 'disk' }));
    const workers = facts.workers.map((worker) => ({ ...worker, state: 'restarting' as const }));
    const { findings } = new Findings().assess({ ...facts, tiers, workers });
    expect(findings.map(({ code }) => code)).toEqual(['tier-down', 'worker-down']);
  });
});
