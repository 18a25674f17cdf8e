import { Alerts } from '../alerts/alerts.js';
import { Findings } from '../history/findings.js';
import { Observatory } from '../history/observatory.js';
import { overviewOf, type Overview } from '../history/overview.js';
import { OverviewStream } from '../history/stream.js';
import { Exposition } from '../metrics/exposition.js';
import type { Facts } from '../metrics/facts.js';
import { answers } from '../process/messages.js';
import type { PrimaryContext } from '../process/roles.js';
import { alertsNow, metricsText, observationsSoFar, observed, observerLeft } from '../topics.js';

/** Looks after what is known over all workers: metrics, history, alerts, the dashboard's stream. Returns what ends it. */
export async function observe({ bus, config, fleet, logger }: PrimaryContext): Promise<() => void> {
  // The duties that a reload is about to replace still answer.
  const [before] = answers(await bus.ask(observationsSoFar, null, { to: 'primary' }));
  const observatory = new Observatory({ bus, config, fleet }, before?.observatory);
  const { recorder } = observatory;
  const findings = new Findings(before?.findings);
  const alerts = new Alerts(config.alerts, logger, before?.alerts);
  const exposition = new Exposition();
  const overview = (facts: Facts): Overview => overviewOf(facts, recorder, findings.assess(facts), alerts.list());
  const stream = new OverviewStream(bus, { overview, series: () => recorder.series(), look: () => observatory.look() });
  // While a reload is under way there are two who observe; only the later one tells.
  let handedOver = false;
  observatory.onTick((facts) => {
    if (handedOver) return;
    alerts.look(facts, recorder.recent(300));
    findings.assess(facts);
    stream.publish(facts);
  });
  const ends = [
    bus.handle(observationsSoFar, () => {
      handedOver = true;
      return structuredClone({
        observatory: observatory.state(),
        findings: findings.state(),
        alerts: alerts.state(),
      });
    }),
    bus.handle(observerLeft, () => {
      handedOver = false;
    }),
    bus.handle(observed, async () => ({ facts: await observatory.look(), minute: recorder.recent(60) })),
    bus.handle(metricsText, async () =>
      exposition.text({ ...(await observatory.look()), alerts: alerts.list().active }),
    ),
    bus.handle(alertsNow, () => alerts.list()),
    () => stream.close(),
    () => alerts.close(),
  ];
  observatory.start();
  return () => {
    observatory.stop();
    for (const end of ends) end();
    bus.broadcast(observerLeft, null, 'primary');
  };
}
