import { stripHopByHop, type HeaderRecord, type Headers } from '@forebay/cache-tiers/http';
import type { Preset } from './presets/preset.js';
import { traceContext } from './trace-context.js';

/** What a client asks of its own copy. */
const PARTICULAR = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
// A load is shared by many clients and stored whole: what one of them asked of its own copy stays here.
const NOT_FOR_A_SHARED_LOAD = [
  ...PARTICULAR,
  'cache-control',
  'pragma',
  // Frameworks take the target or the method from these; what they change is not in the key, and would be everybody's.
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
];
const SET_BY_THE_PROXY = [
  'host',
  'content-length',
  'expect',
  'via',
  'x-request-id',
  'accept-encoding',
  'traceparent',
  'tracestate',
];
// Where a request came from is not the client's to say: an origin that believes it would write another's host into pages.
const HEARSAY = /^(?:forwarded|x-forwarded(?:-.*)?|x-real-ip|x-host)$/;

/** Request headers as they go upstream. */
export function forwardedHeaders(
  preset: Preset,
  sent: HeaderRecord,
  context: { readonly requestId: string; readonly via: string; readonly shared: boolean },
): Headers {
  const headers: Headers = {};
  if (preset.forwardedHeaders === 'all') {
    Object.assign(headers, stripHopByHop(sent));
    for (const name of Object.keys(headers)) if (HEARSAY.test(name)) delete headers[name];
    for (const name of SET_BY_THE_PROXY) delete headers[name];
    if (context.shared) for (const name of NOT_FOR_A_SHARED_LOAD) delete headers[name];
  } else {
    const particular = preset.ranges === 'apart' && !context.shared ? PARTICULAR : [];
    for (const name of [...preset.forwardedHeaders, ...particular]) {
      const value = sent[name];
      if (value !== undefined) headers[name] = value;
    }
  }
  headers['accept-encoding'] = preset.coding === 'client' ? codingFor(sent['accept-encoding']) : 'identity';
  headers['via'] = sent['via'] === undefined ? context.via : `${String(sent['via'])}, ${context.via}`;
  headers['x-request-id'] = context.requestId;
  return Object.assign(headers, traceContext(sent));
}

/** Whether an upstream that is asked for one client alone hears what part that client wants. */
export const sendsRanges = (preset: Preset): boolean => preset.ranges === 'apart' || sendsUp(preset, 'range');

/** Whether a request field reaches the upstream. */
export const sendsUp = ({ forwardedHeaders: sent }: Preset, name: string): boolean =>
  sent === 'all' || sent.includes(name);

/** The request fields as an upstream sees them, for what its `Vary` names. */
export function asForwarded(preset: Preset, sent: HeaderRecord): HeaderRecord {
  return { ...sent, 'accept-encoding': preset.coding === 'client' ? codingFor(sent['accept-encoding']) : 'identity' };
}

// Two spellings of what a client accepts are enough; more would multiply the copies of every answer.
function codingFor(accepted: string | readonly string[] | undefined): 'gzip' | 'identity' {
  return /(?:^|,)\s*(?:gzip|\*)\s*(?!;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(String(accepted ?? '')) ? 'gzip' : 'identity';
}
