import type { Variables } from '../playlist/variables.js';

/**
 * A media playlist may import variables of the multivariant playlist that led to it (EXT-X-DEFINE:IMPORT). What that one
 * defines goes along in the URIs of its children, so that no worker has to remember it.
 */
const PARAMETER = '_fb_vars';

/** More than this is not handed on: it would have to fit into every URI. */
const LONGEST = 2048;

const NONE: Variables = new Map();

/** A path and query, or URL text, with the variables in its query. */
export function withVariables(uri: string, variables: Variables): string {
  if (variables.size === 0) return uri;
  const packed = variablesKey(variables);
  if (packed.length > LONGEST) return uri;
  return `${uri}${uri.includes('?') ? '&' : '?'}${PARAMETER}=${packed}`;
}

/** The other way round. What is malformed counts as none. */
export function takeVariables(uri: string): { readonly uri: string; readonly variables: Variables } {
  const mark = uri.indexOf('?');
  if (mark < 0 || !uri.includes(PARAMETER, mark)) return { uri, variables: NONE };
  let variables = NONE;
  const rest = uri
    .slice(mark + 1)
    .split('&')
    .filter((pair) => {
      if (!pair.startsWith(`${PARAMETER}=`)) return true;
      variables = unpacked(pair.slice(PARAMETER.length + 1));
      return false;
    });
  const path = uri.slice(0, mark);
  return { uri: rest.length === 0 ? path : `${path}?${rest.join('&')}`, variables };
}

/** One text for one set of variables. */
export function variablesKey(variables: Variables): string {
  if (variables.size === 0) return '';
  const packed = [...variables].map(([name, { text, marked }]) =>
    text === marked ? [name, text] : [name, text, marked],
  );
  return Buffer.from(JSON.stringify(packed)).toString('base64url');
}

function unpacked(packed: string): Variables {
  try {
    const entries: unknown = JSON.parse(Buffer.from(packed, 'base64url').toString());
    if (!Array.isArray(entries)) return NONE;
    return new Map(entries.filter(isEntry).map(([name, text, marked]) => [name, { text, marked: marked ?? text }]));
  } catch {
    return NONE;
  }
}

const isEntry = (value: unknown): value is [string, string, string?] =>
  Array.isArray(value) && value.length >= 2 && value.length <= 3 && value.every((each) => typeof each === 'string');
