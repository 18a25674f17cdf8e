import { library } from '../../tsup.base.ts';

export default library([
  'src/index.ts',
  'src/tasks/bullmq/index.ts',
  'src/tasks/index.ts',
  'src/tasks/testing/index.ts',
  'src/signed-images/index.ts',
  'src/signed-images/redis.ts',
  'src/signed-images/testing.ts',
]);
