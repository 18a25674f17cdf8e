import { randomBytes } from 'node:crypto';

const SANE = /^[A-Za-z0-9_\-.:+/=@]{1,128}$/;

// Seven digits to the base 36 each, so that all ids have one length.
const FIRST = 36 ** 6;
const LAST = 36 ** 7 - 1;

let counter = FIRST;
let prefix = '';

/** A new id, unique over processes: a random prefix a process and a counter behind it; always 20 characters. */
export function nextRequestId(): string {
  if (prefix === '' || counter === LAST) {
    prefix = `${randomBytes(6).toString('hex')}-`;
    counter = FIRST;
  }
  counter += 1;
  return prefix + counter.toString(36);
}

/** The caller's id where it is short and harmless, else a new one. */
export function requestIdOf(sent: string | readonly string[] | undefined): string {
  return typeof sent === 'string' && SANE.test(sent) ? sent : nextRequestId();
}
