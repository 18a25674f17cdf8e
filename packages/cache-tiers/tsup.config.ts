import { library } from '../../tsup.base.ts';

export default library(['src/index.ts', 'src/http/index.ts', 'src/redis/index.ts', 'src/testing/index.ts']);
