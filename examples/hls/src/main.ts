import { startMirror } from './mirror.js';
import { type Segment, watch } from './player.js';
import { startProxy } from './proxy.js';

const mirrors = [await startMirror(), await startMirror()];
const proxy = await startProxy(mirrors.map(({ url }) => url));
const link = proxy.linkFor('ada', '/live/index.m3u8');
const print = ({ path, bytes, cache }: Segment): void => console.log(`  ${path}: ${bytes} bytes, ${cache}`);

console.log(`ada may watch ${link}`);
console.log(`anybody else gets ${(await fetch(link.replace('ada', 'eve'))).status}\n`);
await watch(link, 4, print);

await mirrors[0]?.stop();
console.log('\none of the two mirrors has died; she has seen the first of these, and the cache has them\n');
await watch(link, 6, print);

console.log(`\n${(await proxy.viewers()).join('\n')}`);
await proxy.stop();
await mirrors[1]?.stop();
