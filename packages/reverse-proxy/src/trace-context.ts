import type { HeaderRecord } from '@forebay/cache-tiers/http';

/** W3C Trace Context § 3.2: version, trace id, parent id and flags. */
const TRACE_PARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
/** § 3.3.1.5: so much must be passed on; of what is longer, nothing need be. */
const MOST_STATE = 512;

/**
 * The trace that a request belongs to, for the upstream. One that is malformed is left out, and its state with it
 * (§ 2.2): who takes a broken id for an id joins what does not belong together.
 */
export function traceContext(sent: HeaderRecord): Record<string, string> {
  const { traceparent, tracestate } = sent;
  if (typeof traceparent !== 'string') return {};
  const [whole, version, more] = TRACE_PARENT.exec(traceparent) ?? [];
  // Only later versions may say more.
  if (whole === undefined || (version === '00' && more !== undefined)) return {};
  if (typeof tracestate !== 'string' || tracestate === '' || tracestate.length > MOST_STATE) return { traceparent };
  return { traceparent, tracestate };
}
