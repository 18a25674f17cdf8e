import { ServerError } from '../errors.js';

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** The variable, flag, file key or file. */
  readonly name: string;
  /** What was found; redacted if secret, undefined if nothing was. */
  readonly value: string | undefined;
  readonly source: string | undefined;
  /** What would be right. */
  readonly wanted: string;
}

/** The exit status of a configuration that cannot be used (`EX_CONFIG` of sysexits.h). */
export const configExitStatus = 78;

const line = ({ name, value, source, wanted }: Problem): string => {
  const found = value === undefined ? '' : ` = ${JSON.stringify(value)}`;
  return `  ${name}${found}${source === undefined ? '' : ` (${source})`}: ${wanted}`;
};

/** The configuration cannot be used; it lists everything that is wrong with it. */
export class ConfigError extends ServerError {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const heading = problems.length === 1 ? 'One problem' : `${problems.length} problems`;
    super('FOREBAY_CONFIG_INVALID', `${heading} in the configuration:\n${problems.map(line).join('\n')}`);
    this.problems = problems;
  }
}
