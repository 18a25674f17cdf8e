import { randomBytes } from 'node:crypto';

const SANE = /^[A-Za-z0-9_\-.:+/=@]{1,128}$/;

let counter = 0;
let prefix = '';

/** A new id, unique over processes: a random prefix a process and a counter behind it. */
export function nextRequestId(): string {
  if (prefix === '') prefix = `${randomBytes(6).toString('hex')}-`;
  counter += 1;
  return prefix + counter.toString(36);
}

/** The caller's id where it is short and harmless, else a new one. */
export function requestIdOf(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && SANE.test(sent) ? sent : nextRequestId();
}
