import { watch } from './player.js';
import { startMirror } from './mirror.js';
import { startProxy } from './proxy.js';

const mirrors = [await startMirror(), await startMirror()];
const proxy = await startProxy(mirrors.map(({ url }) => url));
const link = proxy.linkFor('ada', '/live/index.m3u8');

console.log(`ada may watch ${link}`);
console.log(`anybody else gets ${(await fetch(link.replace('ada', 'eve'))).status}\n`);

const watching = watch(link, 5, (segment) =>
  console.log(`  ${segment.path}: ${segment.bytes} bytes, ${segment.cache}`),
);
setTimeout(() => {
  console.log('! one of the two mirrors dies');
  void mirrors[0]?.stop();
}, 3000);
await watching;

console.log(`\n${(await proxy.viewers()).join('\n')}`);
await proxy.stop();
await mirrors[1]?.stop();
