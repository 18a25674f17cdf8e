import { createRecorder } from './recorder.js';

const { loadBalancer, fakes, getInfo } = createRecorder({
  breaker: { maxFailures: 2, blockDuration: 500, jitter: 0 },
  slowStart: { window: 1 },
});

const print = (title: string): void => console.log(`\n${title}\n${loadBalancer.formatStatus()}`);
const askMany = async (times: number): Promise<Record<string, number>> => {
  const answers: Record<string, number> = {};
  for (let index = 0; index < times; index++) {
    // oxlint-disable-next-line no-await-in-loop -- a recorder polls
    const { via } = await getInfo('7296', { api: 'balance' });
    answers[via] = (answers[via] ?? 0) + 1;
  }
  return answers;
};
const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

loadBalancer.on('block', ({ endpoint, durationMs, error }) => {
  console.log(
    `! ${endpoint.name} is blocked for ${durationMs} ms: ${error instanceof Error ? error.message : 'unknown'}`,
  );
});
loadBalancer.on('recover', ({ endpoint }) => console.log(`! ${endpoint.name} is back`));

console.log('Polling through four interfaces, weights 3 : 2 : 2 : 1', await askMany(40));
print('Status');

fakes.web.failing = 1;
console.log('\nThe interface web breaks; no poll fails', await askMany(20));
print('Status while web is blocked');
console.log(
  'healthy:',
  loadBalancer
    .healthy()
    .map(({ name }) => name)
    .join(', '),
  '| recommended:',
  loadBalancer.recommend()?.name,
);

fakes.web.failing = 0;
await wait(600);
console.log('\nweb works again, its block is over, one trial call brings it back', await askMany(20));

loadBalancer.updateEndpoint('mobile', { weight: 5, priority: 1 });
loadBalancer.updateConfig({ breaker: { blockDuration: 120_000 } });
console.log('\nmobile re-weighted to 5 while running', await askMany(40));

fakes.userHTML.failing = 1;
await askMany(60);
print('userHTML broke, too');
loadBalancer.reset();
fakes.userHTML.failing = 0;
print('After a reset');
