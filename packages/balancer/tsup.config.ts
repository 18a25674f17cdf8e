import { library } from '../../tsup.base.ts';

export default library(['src/index.ts', 'src/core.ts', 'src/undici/index.ts']);
