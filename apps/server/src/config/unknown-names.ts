import { nearMiss } from './near-miss.js';
import { fileKeyOf } from './names.js';
import type { Problem } from './problems.js';
import { variables } from './variables.js';

const known: ReadonlySet<string> = new Set(
  [...variables].flatMap(([name, { aliases = [] }]) => [name, ...aliases].flatMap((each) => [each, `${each}_FILE`])),
);
const fileKeys: ReadonlySet<string> = new Set(['routes', ...[...variables.keys()].map(fileKeyOf)]);

/** Warns of names in the environment or `.env` that are almost one of ours. */
export const misspelt = (texts: Readonly<Record<string, unknown>>, source: string): readonly string[] =>
  Object.keys(texts).flatMap((name) => {
    const meant = known.has(name) ? undefined : nearMiss(name, known);
    return meant === undefined ? [] : [`${name} (${source}) is not a known variable; did you mean ${meant}?`];
  });

/** A configuration file is all ours: what is not known in it is wrong. */
export const unknownKeys = (file: Readonly<Record<string, unknown>>, fileName: string): readonly Problem[] =>
  Object.keys(file)
    .filter((key) => !fileKeys.has(key))
    .map((key) => {
      const meant = nearMiss(key, fileKeys);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      return { name: key, value: undefined, source: fileName, wanted: `is not a known setting${hint}` };
    });
