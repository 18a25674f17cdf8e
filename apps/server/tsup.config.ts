import { cp } from 'node:fs/promises';
import { library } from '../../tsup.base.ts';

/** Web applications that the server brings with it: built before it, copied beside its code. */
const applications = ['pages', 'dashboard'];

export default library(['src/index.ts', 'src/main.ts'], {
  onSuccess: async () => {
    for (const name of applications) await cp(`../${name}/dist`, `dist/public/${name}`, { recursive: true });
  },
});
