import type { RouteConfig } from './config.js';
import { variables, type VariableName, type Values } from './variables.js';

/** Where a value came from; `env:NAME_FILE` when a file named by a variable held it. */
export type ConfigSource = 'flag' | 'env' | '.env' | 'file' | 'default' | `${'flag' | 'env' | '.env'}:${string}_FILE`;

/** One value in force. */
export interface ConfigEntry {
  readonly variable: string;
  /** In the variable's own unit, null if there is none; `"[redacted]"` for a secret that is set. */
  readonly value: unknown;
  /** Of a number: `ms`, `minutes`, `bytes` …; undefined where it has none. */
  readonly unit: string | undefined;
  readonly source: ConfigSource;
}

/** The values in force in the order of the table, then the routes of the configuration file. */
export const entriesOf = (
  values: Values,
  sources: ReadonlyMap<VariableName, ConfigSource>,
  routes: readonly RouteConfig[],
): readonly ConfigEntry[] => [
  ...[...variables].map(([variable, { kind, secret }]): ConfigEntry => {
    const value = values[variable];
    const shown = value === undefined ? null : secret === true ? '[redacted]' : kind.show(value);
    return { variable, value: shown, unit: kind.unit, source: sources.get(variable) ?? 'default' };
  }),
  ...routes.map((route): ConfigEntry => {
    const apiKey = route.apiKey === undefined ? {} : { apiKey: '[redacted]' };
    return { variable: `routes.${route.name}`, value: { ...route, ...apiKey }, unit: undefined, source: 'file' };
  }),
];
