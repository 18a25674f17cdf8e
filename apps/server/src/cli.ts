import { parseArguments } from './command-line.js';
import type { Config } from './config/config.js';
import { ConfigError, configExitStatus, loadConfig, type LoadedConfig } from './config/index.js';
import { printConfig } from './config/print.js';
import { checkHealth } from './healthcheck.js';

/** The world around the command, as `main` hands it in. */
export interface CliWorld {
  /** The words behind the program's name. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether standard output is a terminal. */
  readonly terminal: boolean;
  readonly version: string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Runs the server with what was loaded, until it ends; resolves with the exit status. */
  readonly serve: (loaded: LoadedConfig, load: () => Promise<LoadedConfig>) => Promise<number>;
  /** Runs background tasks until a signal ends it; resolves with the exit status. */
  readonly work: (loaded: LoadedConfig) => Promise<number>;
}

const complainOf = ({ warnings }: LoadedConfig, { complain }: CliWorld): void => {
  for (const warning of warnings) complain(`forebay: warning: ${warning}`);
};

/** What a worker cannot do without. */
const missingForWorker = ({ redis, store }: Config): string | undefined => {
  if (redis === undefined)
    return 'a worker takes its tasks from Redis: set USE_REDIS=true, and REDIS_HOST or REDIS_CLUSTER_NODES';
  return store.endpoint === undefined ? 'there are no tasks without an object store: set STORE_ENDPOINT' : undefined;
};

/** Carries out what the command line asks for; resolves with the exit status. */
export const runCli = async (world: CliWorld): Promise<number> => {
  const { words, env, cwd, terminal, version } = world;
  const given = await parseArguments(words, version);
  if (given.command === 'none') {
    (given.failed ? world.complain : world.print)(given.output.trimEnd());
    return given.failed ? configExitStatus : 0;
  }
  const { command, flags, configFile, problems } = given;
  const load = (): Promise<LoadedConfig> => loadConfig({ flags, env, cwd, terminal, configFile, problems });
  let loaded: LoadedConfig;
  try {
    loaded = await load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    world.complain(`forebay: ${error.message}`);
    return command === 'healthcheck' ? 1 : configExitStatus;
  }
  if (command === 'serve') return world.serve(loaded, load);
  if (command === 'healthcheck') return (await checkHealth(loaded.config.server)) ? 0 : 1;
  if (command === 'worker') {
    complainOf(loaded, world);
    const missing = missingForWorker(loaded.config);
    if (missing === undefined) return world.work(loaded);
    world.complain(`forebay: ${missing}`);
    return configExitStatus;
  }
  complainOf(loaded, world);
  world.print(command === 'check' ? 'The configuration is valid.' : printConfig(loaded.entries));
  return 0;
};
