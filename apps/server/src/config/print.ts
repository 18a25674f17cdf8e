import type { ConfigEntry } from './entries.js';

const written = (value: unknown): string => {
  if (value === null) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** The configuration in force as lines of a `.env` file, each with its unit and source behind it. */
export const printConfig = (entries: readonly ConfigEntry[]): string =>
  entries
    .map(({ variable, value, unit, source }) => {
      const text = written(value);
      const quoted = /[\s#'"]/.test(text) ? JSON.stringify(text) : text;
      const remark = unit === undefined ? source : `${unit}, ${source}`;
      return variable.startsWith('routes.')
        ? `# ${variable} = ${text} (${remark})`
        : `${variable}=${quoted} # ${remark}`;
    })
    .join('\n');
