import { library } from '../../tsup.base.ts';

export default library(['src/index.ts'], { target: 'es2022', platform: 'neutral' });
