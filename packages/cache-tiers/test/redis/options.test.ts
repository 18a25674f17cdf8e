import { redisTier, type RedisTierOptions } from '@forebay/cache-tiers/redis';
import { describe, expect, it } from 'vitest';

describe('the options', () => {
  it.each<[RedisTierOptions, RegExp]>([
    [{ nodes: [] }, /nodes must name at least one node/],
    [{ nodes: ['host:port'] }, /nodes must be host:port, not "host:port"/],
    [{ nodes: ['a:70000'] }, /nodes must be host:port/],
    [{ nodes: ['a:1'], host: 'b' }, /nodes and host cannot both be given/],
    [{ fallbackNodes: ['http://a'] }, /fallbackNodes must be host:port/],
    [{ port: 0 }, /port must be a whole number from 1 to 65535, not 0/],
    [{ keyPrefix: '{x}:' }, /keyPrefix must hold no braces/],
    [{ poolSize: 3, minIdle: 4 }, /minIdle must be a whole number from 0 to 3, not 4/],
    [{ readTimeout: 0.1 }, /readTimeout must be a whole number/],
    [{ pieceBytes: 10 }, /pieceBytes must be a whole number from 1024/],
    [{ writeBehind: -1 }, /writeBehind must be a whole number/],
  ])('%j are refused, by name and value', (options, message) => {
    expect(() => redisTier(options)).toThrow(message);
  });
});
