import { assemble, type Surroundings } from './assemble.js';
import { cautions, crossCheck } from './checks.js';
import type { Config } from './config.js';
import { entriesOf, type ConfigEntry } from './entries.js';
import { gather } from './gather.js';
import { ConfigError, type Problem } from './problems.js';
import { apiServers, routesOf } from './routes.js';
import { routesSchema, type ParsedRoute } from './schema.js';
import { readFileSources } from './sources.js';
import { misspelt, unknownKeys } from './unknown-names.js';

export interface LoadOptions extends Omit<Surroundings, 'noColour'> {
  /** Texts by variable name. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Instead of the `forebay.config.*` of `cwd`. */
  readonly configFile?: string | undefined;
  /** What is already known to be wrong, such as unknown flags: listed with the rest. */
  readonly problems?: readonly Problem[];
}

export interface LoadedConfig {
  readonly config: Config;
  readonly entries: readonly ConfigEntry[];
  readonly warnings: readonly string[];
}

const parseRoutes = (written: unknown): { routes: readonly ParsedRoute[]; problems: readonly Problem[] } => {
  const parsed = routesSchema.safeParse(written ?? []);
  if (parsed.success) return { routes: parsed.data, problems: [] };
  const problems = parsed.error.issues.map((issue) => ({
    name: ['routes', ...issue.path.map(String)].join('.'),
    value: undefined,
    source: 'file',
    wanted: issue.code === 'unrecognized_keys' ? `has no setting ${issue.keys.join(', ')}` : `must be ${issue.message}`,
  }));
  return { routes: [], problems };
};

/**
 * Reads the whole configuration: flags before environment before `.env` before the configuration file before defaults.
 *
 * @throws ConfigError listing every problem there is
 */
export const loadConfig = async (options: LoadOptions): Promise<LoadedConfig> => {
  const { flags = {}, env, cwd, terminal } = options;
  const files = await readFileSources(cwd, options.configFile);
  const gathered = gather({ flags, env, dotenv: files.dotenv, file: files.file, cwd });
  const parsed = parseRoutes(files.file['routes']);
  const routes = routesOf(
    gathered.values,
    parsed.routes,
    (name) => (gathered.sources.get(name) ?? 'default') !== 'default',
  );
  const wrong = new Set(gathered.problems.map(({ name }) => name));
  const problems = [
    ...(options.problems ?? []),
    ...files.problems,
    ...gathered.problems,
    ...unknownKeys(files.file, files.fileName ?? 'file'),
    ...parsed.problems,
    ...crossCheck(gathered.values, routes, gathered.sources).filter(({ name }) => !wrong.has(name)),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  const noColour = (env['NO_COLOR'] ?? '') !== '';
  const config = assemble(gathered.values, routes, { cwd, terminal, noColour });
  const inForce = { ...gathered.values, LOG_FORMAT: config.log.format, TMDB_API_SERVERS: apiServers(gathered.values) };
  return {
    config,
    entries: entriesOf(inForce, gathered.sources, routes.slice(routes.length - parsed.routes.length)),
    warnings: [
      ...misspelt(env, 'env'),
      ...misspelt(files.dotenv, '.env'),
      ...cautions(gathered.values, gathered.sources),
    ],
  };
};
