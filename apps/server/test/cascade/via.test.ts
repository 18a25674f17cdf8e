import { describe, expect, it } from 'vitest';
import { forebayVersion } from '../../src/cascade/via.js';

describe('what answered, by its Via', () => {
  it.each([
    ['1.1 forebay (Forebay/1.2.3)', '1.2.3'],
    ['HTTP/1.1 edge-1:443 (Forebay/0.1.0-beta.2)', '0.1.0-beta.2'],
    ['1.1 varnish, 1.1 forebay (Forebay/1.0.0), 2 forebay (Forebay/2.0.0)', '2.0.0'],
    [['1.1 varnish', '1.1 forebay (Forebay/1.0.0)'], '1.0.0'],
  ])('%s is Forebay %s', (via, version) => expect(forebayVersion(via)).toBe(version));

  it.each([
    undefined,
    '',
    '1.1 varnish',
    '1.1 forebay',
    'Forebay/1.0.0',
    // Behind another proxy: its management interface is not the one that would be asked.
    '1.1 forebay (Forebay/1.0.0), 1.1 varnish (Varnish/7.4)',
    '1.1 forebay (Forebay/1 .0)',
  ])('%s is not', (via) => expect(forebayVersion(via)).toBeUndefined());
});
