import type { Finding, Health, Overview } from '../../api/overview.js';
import { Mark, type Shape } from '../../parts/mark.js';
import type { Place } from '../../shell/place.js';
import { between, duration, moment } from '../../words/figures.js';
import { ActiveAlerts } from '../alerts.js';
import { known, t } from '../../words/words.js';

type Word = Health['status'] | 'alarmed';

const SHAPES: Readonly<Record<Word, Shape>> = { healthy: 'good', alarmed: 'warn', degraded: 'warn', unhealthy: 'bad' };
const WHERE: Readonly<Record<string, Place>> = {
  'route-down': 'upstreams',
  'upstream-out': 'upstreams',
  'tier-down': 'cache',
  'worker-down': 'workers',
};

interface VerdictProps {
  readonly overview: Overview;
}

/** Alerts tell of more than upstreams and caches: with one, not all is well. */
export const wordOf = ({ alerts, health }: Overview): Word =>
  health.status === 'healthy' && alerts.active.length > 0 ? 'alarmed' : health.status;

/** How it is in two words, and underneath what is wrong, the worst first. */
export const Verdict = ({ overview }: VerdictProps) => {
  const { at, health, uptime_seconds: uptime } = overview;
  const { findings, since } = health;
  const status = wordOf(overview);
  return (
    <section class={['verdict', status]} aria-labelledby="verdict">
      <div class="word">
        <Mark shape={SHAPES[status]} />
        <div>
          <h1 id="verdict" aria-live="polite">
            {t(`state.${status}`)}
          </h1>
          <p>
            {t(`state.${status}.meaning`)}{' '}
            <span class="quiet-text">
              {t('state.since', { duration: between(since, at), time: moment(since) })} ·{' '}
              {t('state.up', { duration: duration(uptime * 1000) })}
            </span>
          </p>
        </div>
      </div>
      {findings.length > 0 && (
        <ul class="findings" aria-label={t('state.wrong')}>
          {findings.map((finding) => (
            <li key={`${finding.code} ${finding.subject}`}>
              <Mark shape={finding.code === 'route-down' ? 'bad' : 'warn'} />
              <div>
                <h3>
                  <a href={`#${WHERE[finding.code] ?? 'overview'}`}>{titleOf(finding)}</a>
                  <span class="quiet-text">
                    {t('state.since', { duration: between(finding.since, at), time: moment(finding.since) })}
                  </span>
                </h3>
                <p class="detail">{finding.detail}</p>
                <p>
                  <b>{t('state.todo')}</b> {adviceOf(finding)}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      {overview.alerts.active.length > 0 && <ActiveAlerts overview={overview} />}
    </section>
  );
};

/** In the language of the page where it knows the code, else as the server says it. */
function titleOf({ code, detail, subject }: Finding): string {
  const word = `finding.${code}`;
  return known(word) ? t(word, { subject }) : detail;
}

function adviceOf({ advice, code }: Finding): string {
  const word = `finding.${code}.do`;
  return known(word) ? t(word) : advice;
}
