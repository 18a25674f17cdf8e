import type { Overview } from '../../api/overview.js';
import { panel } from '../../parts/panel.js';
import type { Place } from '../../shell/place.js';
import { t } from '../../words/words.js';
import { tierTable } from '../cache/tier-table.js';
import { queueTable } from '../tasks/tasks.js';
import { upstreamTable } from '../upstreams/upstream-table.js';
import { workerTable } from '../workers.js';

interface DoorsProps {
  readonly overview: Overview;
}

const door = (place: Place) => (
  <a class="more" href={`#${place}`} aria-label={t(`nav.${place}`)}>
    →
  </a>
);

/** The other sections in short. */
export const Doors = ({ overview }: DoorsProps) => (
  <div class="doors">
    {panel(
      { title: t('nav.upstreams'), beside: door('upstreams'), kind: 'wide' },
      upstreamTable({ overview, short: true }),
    )}
    {panel({ title: t('nav.cache'), beside: door('cache') }, tierTable({ overview, short: true }))}
    {panel({ title: t('nav.workers'), beside: door('workers') }, workerTable({ overview, short: true }))}
    {overview.queues.length > 0 && panel({ title: t('nav.tasks'), beside: door('tasks') }, queueTable(overview.queues))}
  </div>
);
