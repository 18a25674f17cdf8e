import { RelayPool } from '@forebay/reverse-proxy';
import { underTest } from '../../../balancer/test/undici/upstreams.js';

// All that holds for a dispatcher over undici's pools holds over the relay's.
underTest.transport = (origin, options) => new RelayPool(origin, options);

await import('../../../balancer/test/undici/dispatcher.test.js');
await import('../../../balancer/test/undici/connections.test.js');
await import('../../../balancer/test/undici/hedge.test.js');
await import('../../../balancer/test/undici/resume.test.js');
await import('../../../balancer/test/undici/chaos.test.js');
