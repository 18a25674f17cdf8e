import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { createJiti } from 'jiti';
import { codeOf, messageOf } from '../errors.js';
import { defineConfig } from './define-config.js';
import type { Problem } from './problems.js';

const fileNames = ['forebay.config.ts', 'forebay.config.mjs', 'forebay.config.json'];

/** What a folder holds for the server, read anew each time so that a reload sees changes. */
export interface FileSources {
  readonly dotenv: Readonly<Record<string, string>>;
  readonly file: Readonly<Record<string, unknown>>;
  /** Absolute; undefined if there is none. */
  readonly fileName: string | undefined;
  readonly problems: readonly Problem[];
}

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

const wrongFile = (name: string, wanted: string): Problem => ({ name, value: undefined, source: undefined, wanted });

/** TypeScript and modules run through jiti, without its caches: the file may have changed since the last time. */
const evaluate = async (path: string, source: string): Promise<unknown> => {
  if (path.endsWith('.json')) return JSON.parse(source);
  const jiti = createJiti(path, {
    fsCache: false,
    moduleCache: false,
    virtualModules: { '@forebay/server': { defineConfig } },
  });
  return jiti.import(path, { default: true });
};

const findFile = async (
  cwd: string,
  named: string | undefined,
): Promise<[path: string, source: string] | undefined> => {
  for (const name of named === undefined ? fileNames : [named]) {
    const path = isAbsolute(name) ? name : resolve(cwd, name);
    const source = await readIfThere(path);
    if (source !== undefined) return [path, source];
  }
  return undefined;
};

const readConfigFile = async (cwd: string, named: string | undefined): Promise<Omit<FileSources, 'dotenv'>> => {
  try {
    const found = await findFile(cwd, named);
    if (found === undefined) {
      const problems = named === undefined ? [] : [wrongFile(named, 'a configuration file that exists')];
      return { file: {}, fileName: undefined, problems };
    }
    const [fileName, source] = found;
    try {
      const value = await evaluate(fileName, source);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return { file: { ...value }, fileName, problems: [] };
      }
      return { file: {}, fileName, problems: [wrongFile(fileName, 'an object, as the default export')] };
    } catch (error) {
      return {
        file: {},
        fileName,
        problems: [wrongFile(fileName, `a file that loads; it fails: ${messageOf(error)}`)],
      };
    }
  } catch (error) {
    const name = named ?? fileNames.join(', ');
    return { file: {}, fileName: undefined, problems: [wrongFile(name, `a readable file: ${messageOf(error)}`)] };
  }
};

/** Reads `.env` and the configuration file of a folder; what is wrong with them comes back as problems. */
export const readFileSources = async (cwd: string, configFile: string | undefined): Promise<FileSources> => {
  const { problems, ...config } = await readConfigFile(cwd, configFile);
  try {
    const dotenv = parseDotenv((await readIfThere(resolve(cwd, '.env'))) ?? '');
    return { ...config, dotenv, problems };
  } catch (error) {
    return {
      ...config,
      dotenv: {},
      problems: [...problems, wrongFile('.env', `a readable file: ${messageOf(error)}`)],
    };
  }
};
