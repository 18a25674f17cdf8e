import { createServer, type IncomingHttpHeaders } from 'node:http';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { request } from 'undici';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openTracing } from '../../src/middleware/tracing.js';
import { watched, type Watch } from '../../src/middleware/watch.js';

afterEach(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

async function serve(watch: Watch, headers: Record<string, string>): Promise<IncomingHttpHeaders> {
  let heard: IncomingHttpHeaders = {};
  const server = createServer(
    watched(
      (incoming, response) => {
        heard = incoming.headers;
        response.writeHead(502).end();
      },
      [watch],
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { body } = await request(`http://127.0.0.1:${port}/a/b?api_key=secret`, { headers });
  await body.dump();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return heard;
}

describe('tracing', () => {
  it('is nothing where no SDK is wired', async () => {
    expect(await openTracing()).toBeUndefined();
  });

  it('makes a span of each request, a child of the caller and the parent of what goes up', async () => {
    const exporter = new InMemorySpanExporter();
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const watch = await openTracing();
    if (watch === undefined) throw new Error('not wired');

    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    const heard = await serve(watch, { traceparent: `00-${id}-00f067aa0ba902b7-01` });
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe(id);
    expect(span?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
    expect(span?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'url.path': '/a/b',
      'http.response.status_code': 502,
    });
    expect(JSON.stringify(span?.attributes)).not.toContain('secret');
    expect(heard['traceparent']).toBe(`00-${id}-${span?.spanContext().spanId}-01`);
  });
});
