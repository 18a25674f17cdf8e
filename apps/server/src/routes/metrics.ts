import { Problem } from '@forebay/reverse-proxy';
import { plain } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import { answers, type Bus } from '../process/messages.js';
import { metricsText } from '../topics.js';

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `/metrics`: all workers together, those that are gone included. */
export function metricsRoutes(app: ManagementApp, bus: Bus): void {
  app.serve(
    {
      method: 'get',
      path: '/metrics',
      tag: 'Status',
      summary: 'Expose metrics for Prometheus',
      description: 'All workers added up; counters go on when a worker is replaced.',
      answers: { 200: plain("Prometheus' text format", 'text/plain') },
      problems: { 503: 'The process that adds up does not answer' },
    },
    async ({ c }) => {
      const [text] = answers(await bus.ask(metricsText, null, { to: 'primary' }));
      if (text === undefined) throw new Problem(503, 'no-metrics', 'the primary process does not answer');
      return c.body(text, 200, { 'Content-Type': TYPE });
    },
  );
}
