import { defineComponent } from 'vue';
import type { Alert, Overview } from '../api/overview.js';
import { Mark } from '../parts/mark.js';
import { panel } from '../parts/panel.js';
import { table } from '../parts/table.js';
import { useDesk } from '../shell/desk.js';
import { between, moment } from '../words/figures.js';
import { known, t } from '../words/words.js';

interface ActiveAlertsProps {
  readonly overview: Overview;
}

/** What is alarming now, since when, and the figure that made it so. */
export const ActiveAlerts = ({ overview }: ActiveAlertsProps) =>
  overview.alerts.active.length === 0 ? (
    <p class="empty">{t('alerts.none')}</p>
  ) : (
    <ul class="findings">
      {overview.alerts.active.map((alert) => (
        <li key={alert.id}>
          <Mark shape={shapeOf(alert)} />
          <div>
            <h3>
              {titleOf(alert)}{' '}
              <span class="quiet-text">{t('alerts.for', { duration: between(alert.raised_at, overview.at) })}</span>
            </h3>
            <p class="detail">{alert.detail}</p>
          </div>
        </li>
      ))}
    </ul>
  );

/** What is alarming, and what was. */
export const Alerts = defineComponent({
  name: 'AlertsSection',
  setup() {
    const { live } = useDesk();
    return () => {
      const overview = live.overview.value;
      if (overview === undefined) return null;
      return [
        panel({ title: t('alerts.active') }, <ActiveAlerts overview={overview} />),
        panel(
          { title: t('alerts.history') },
          table<Alert>({
            caption: t('alerts.history'),
            rows: overview.alerts.history,
            id: (alert) => `${alert.id} ${alert.raised_at}`,
            empty: t('alerts.history.none'),
            columns: [
              {
                head: t('alerts.what'),
                main: true,
                cell: (alert) => (
                  <div class="two">
                    <span>{titleOf(alert)}</span>
                    <small>{alert.detail}</small>
                  </div>
                ),
              },
              {
                head: t('alerts.severity'),
                cell: (alert) => (
                  <span class="state">
                    <Mark shape={shapeOf(alert)} />
                    {t(`alert.${alert.severity}`)}
                  </span>
                ),
              },
              { head: t('alerts.raised'), cell: (alert) => moment(alert.raised_at) },
              {
                head: t('alerts.lasted'),
                figure: true,
                cell: (alert) => between(alert.raised_at, alert.resolved_at ?? overview.at),
              },
            ],
          }),
        ),
      ];
    };
  },
});

const shapeOf = ({ severity }: Alert) => (severity === 'critical' ? 'bad' : 'warn');

function titleOf({ name, subject }: Alert): string {
  const word = `alert.${name}`;
  const title = known(word) ? t(word) : name;
  return subject === '' ? title : `${title}: ${subject}`;
}
