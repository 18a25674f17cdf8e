import type { Attributes, Context, Span } from '@opentelemetry/api';
import { VERSION } from '../version.js';
import type { Watch } from './watch.js';

/**
 * Spans for proxied requests (OpenTelemetry's HTTP server conventions), where the operator has wired an SDK, as with
 * `node --import ./telemetry.mjs`. Nothing otherwise: neither the API package, which is optional, nor any cost.
 */
export async function openTracing(): Promise<Watch | undefined> {
  const api = await import('@opentelemetry/api').catch(() => undefined);
  if (api === undefined) return undefined;
  const { context, propagation, ProxyTracerProvider, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api;
  const provider = trace.getTracerProvider();
  const wired = !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('forebay') !== undefined;
  if (!wired) return undefined;
  const tracer = trace.getTracer('forebay', VERSION);

  const begin = (method: string, attributes: Attributes, parent: Context): Span =>
    tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);

  return (incoming, response, next) => {
    const { headers, method = 'GET', url = '' } = incoming;
    const attributes = {
      'http.request.method': method,
      'url.path': pathOf(url),
      'network.protocol.version': incoming.httpVersion,
    };
    const span = begin(method, attributes, propagation.extract(ROOT_CONTEXT, headers));
    const active = trace.setSpan(ROOT_CONTEXT, span);
    // What goes on to the upstreams is a child of this span rather than of the client's.
    propagation.inject(active, headers);
    response.once('close', () => {
      span.setAttribute('http.response.status_code', response.statusCode);
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(active, next);
  };
}

/** Without the query, which may hold credentials, and without what is signed to be opaque. */
const pathOf = (url: string): string => (url.startsWith('/hls/@/') ? '/hls/@/' : (url.split('?', 1)[0] ?? ''));
