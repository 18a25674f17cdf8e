import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { withoutPassword } from './addresses.js';
import { messageOf } from '../errors.js';
import { WrongValue } from './kinds.js';
import type { ConfigSource } from './entries.js';
import { fileKeyOf } from './names.js';
import type { Problem } from './problems.js';
import { fileValueSchema } from './schema.js';
import { variables, type VariableName, type Values } from './variables.js';
import type { Variable } from './variables/table.js';

/** Where texts are looked for, strongest first. */
export interface TextSources {
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dotenv: Readonly<Record<string, string>>;
  readonly file: Readonly<Record<string, unknown>>;
  /** What names in `NAME_FILE` are relative to. */
  readonly cwd: string;
}

interface Found {
  readonly text: string;
  readonly source: ConfigSource;
}

export interface Gathered {
  /** Those that are wrong have their default here, so that the checks across variables can still be made. */
  readonly values: Values;
  readonly sources: ReadonlyMap<VariableName, ConfigSource>;
  readonly problems: readonly Problem[];
}

const redacted = '[redacted]';

const shown = (variable: Variable<unknown>, text: string): string =>
  variable.secret === true ? redacted : withoutPassword(text);

/** Looks through one source; an empty text counts as not set, as in a compose file that passes everything on. */
const lookUp = (
  name: VariableName,
  variable: Variable<unknown>,
  texts: Readonly<Record<string, string | undefined>>,
  source: 'flag' | 'env' | '.env',
  cwd: string,
): Found | undefined => {
  for (const each of [name, ...(variable.aliases ?? [])]) {
    const text = texts[each];
    const fileName = texts[`${each}_FILE`];
    if (text !== undefined && text !== '') {
      if (fileName !== undefined && fileName !== '') throw new WrongValue(`either ${each} or ${each}_FILE, not both`);
      return { text, source };
    }
    if (fileName !== undefined && fileName !== '') {
      try {
        const content = readFileSync(resolve(cwd, fileName), 'utf8').replace(/\r?\n$/, '');
        return { text: content, source: `${source}:${each}_FILE` };
      } catch (error) {
        throw new WrongValue(`a readable file in ${each}_FILE: ${messageOf(error)}`);
      }
    }
  }
  return undefined;
};

const inFile = (name: VariableName, file: Readonly<Record<string, unknown>>): Found | undefined => {
  const written = file[fileKeyOf(name)];
  if (written === undefined || written === null || written === '') return undefined;
  const checked = fileValueSchema.safeParse(written);
  if (!checked.success) throw new WrongValue('text, a number, true or false, or a list of texts');
  return { text: checked.data, source: 'file' };
};

const find = (name: VariableName, variable: Variable<unknown>, { flags, env, dotenv, file, cwd }: TextSources) =>
  lookUp(name, variable, flags, 'flag', cwd) ??
  lookUp(name, variable, env, 'env', cwd) ??
  lookUp(name, variable, dotenv, '.env', cwd) ??
  inFile(name, file);

/** Finds and parses every variable; whatever is wrong is listed, all of it. */
export const gather = (from: TextSources): Gathered => {
  const values: Partial<Record<VariableName, unknown>> = {};
  const sources = new Map<VariableName, ConfigSource>();
  const problems: Problem[] = [];
  for (const [name, variable] of variables) {
    const fallback = variable.default === undefined ? undefined : variable.kind.parse(variable.default);
    let found: Found | undefined;
    values[name] = fallback;
    sources.set(name, 'default');
    try {
      found = find(name, variable, from);
      if (found === undefined) continue;
      values[name] = variable.kind.parse(found.text);
      sources.set(name, found.source);
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      const value = found === undefined ? undefined : shown(variable, found.text);
      problems.push({ name, value, source: found?.source, wanted: `must be ${error.message}` });
    }
  }
  // Every name of the table was filled, with what its own kind parses.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  // Every name of the table was filled, with what its own kind parses.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { values: values as unknown as Values, sources, problems };
};
