import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of the repository, by its path there. */
export const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
export const textOf = (name: string): string => readFileSync(pathOf(name), 'utf8');
