import type { BatchResult } from './task.js';

/** More parts than these cost more than they help to spread the work; lists are then cut into larger pieces. */
const MOST_PARTS = 1000;

/** Cuts a list of keys into parts of `size`. */
export function split(keys: readonly string[], size: number): string[][] {
  const step = Math.max(size, Math.ceil(keys.length / MOST_PARTS));
  return Array.from({ length: Math.ceil(keys.length / step) }, (_, part) => keys.slice(part * step, (part + 1) * step));
}

/** The result of a part of which nothing came back. */
export function lost(keys: readonly string[], why: string): BatchResult {
  const errors = Object.fromEntries(keys.map((key) => [key, why]));
  return { total: keys.length, succeeded: 0, failed: keys.length, errors };
}

export function sum(parts: readonly BatchResult[]): BatchResult {
  const add = (of: (part: BatchResult) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    total: add((part) => part.total),
    succeeded: add((part) => part.succeeded),
    failed: add((part) => part.failed),
    // Not by assignment: a key may be called `__proto__`.
    errors: Object.fromEntries(parts.flatMap((part) => Object.entries(part.errors))),
  };
}
