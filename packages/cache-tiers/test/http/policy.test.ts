import { resolveCachePolicy } from '@forebay/cache-tiers/http';
import { expect, it } from 'vitest';

it('fills in the defaults', () => {
  expect(resolveCachePolicy({ defaultTtlMs: 5 })).toEqual({
    shared: true,
    heuristicFraction: 0.1,
    maxHeuristicMs: 86_400_000,
    defaultTtlMs: 5,
    overrideTtlMs: undefined,
    negativeTtlMs: 10_000,
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 86_400_000,
    ignoreClientReload: false,
  });
});

it.each([
  [{ heuristicFraction: 1.5 }, 'heuristicFraction must be within 0…1, got 1.5'],
  [{ overrideTtlMs: -1 }, 'overrideTtlMs must be a number of milliseconds, 0 or more, got -1'],
  [{ staleIfErrorMs: Infinity }, 'staleIfErrorMs must be a number of milliseconds, 0 or more, got Infinity'],
  [{ negativeTtlMs: Number.NaN }, 'negativeTtlMs must be a number of milliseconds, 0 or more, got NaN'],
])('refuses %j', (options, message) => {
  expect(() => resolveCachePolicy(options)).toThrow(new RangeError(message));
});

it('refuses a switch that is no boolean', () => {
  const options: object = { shared: 'yes' };
  expect(() => resolveCachePolicy(options)).toThrow(new TypeError('shared must be a boolean, got yes'));
});
