import { Observatory } from '../history/observatory.js';
import { Exposition } from '../metrics/exposition.js';
import { answers } from '../process/messages.js';
import type { PrimaryContext } from '../process/roles.js';
import { metricsText, observationsSoFar, observed } from '../topics.js';

/** Looks after what is known over all workers: metrics, history, alerts, the dashboard's stream. Returns what ends it. */
export async function observe({ bus, config, fleet }: PrimaryContext): Promise<() => void> {
  // The duties that a reload is about to replace still answer.
  const [state] = answers(await bus.ask(observationsSoFar, null, { to: 'primary' }));
  const observatory = new Observatory({ bus, config, fleet }, state);
  const exposition = new Exposition();
  const ends = [
    bus.handle(observationsSoFar, () => observatory.state()),
    bus.handle(observed, async () => ({ facts: await observatory.look(), minute: observatory.recorder.recent(60) })),
    bus.handle(metricsText, async () => exposition.text(await observatory.look())),
  ];
  observatory.start();
  return () => {
    observatory.stop();
    for (const end of ends) end();
  };
}
