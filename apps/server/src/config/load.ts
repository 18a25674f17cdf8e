/** Where a value came from; `env:NAME_FILE` when a file named by a variable held it. */
export type ConfigSource = 'flag' | 'env' | '.env' | 'file' | 'default' | `${'flag' | 'env' | '.env'}:${string}_FILE`;

/** One value in force. */
export interface ConfigEntry {
  readonly variable: string;
  /** In the variable's own unit; `"[redacted]"` for a secret that is set. */
  readonly value: unknown;
  /** Of a number: `ms`, `minutes`, `bytes` …; undefined where it has none. */
  readonly unit: string | undefined;
  readonly source: ConfigSource;
}
