import type { IncomingHttpHeaders } from 'node:http';
import { cmcdOfHeaders, parseCmcd } from '../sessions/cmcd.js';

/** The path, below the mount, of the object that a player says it will ask for next (CTA-5004, `nor`), if it does. */
export function nextObject(target: string, headers: IncomingHttpHeaders, mount: string): string | undefined {
  const inQuery = target.includes('CMCD=') ? new URLSearchParams(target.slice(target.indexOf('?'))).get('CMCD') : null;
  const nor = (inQuery === null ? cmcdOfHeaders(headers) : parseCmcd(inQuery))?.nor;
  if (nor === undefined) return undefined;
  try {
    const { pathname } = new URL(decodeURIComponent(nor), new URL(target, 'http://player.invalid'));
    return pathname.startsWith(mount) ? pathname.slice(mount.length - 1) : undefined;
  } catch {
    return undefined;
  }
}
