import { defineComponent } from 'vue';
import { call, path } from '../../api/call.js';
import type { Upstream } from '../../api/overview.js';
import { panel } from '../../parts/panel.js';
import { useDesk, type Desk } from '../../shell/desk.js';
import { t } from '../../words/words.js';
import { upstreamTable } from './upstream-table.js';

/** Every upstream with what it does and why, and what can be done about it. */
export const Upstreams = defineComponent({
  name: 'UpstreamsSection',
  setup() {
    const desk = useDesk();
    const buttons = (upstream: Upstream) => {
      const { enabled, name } = upstream;
      const doing = (word: 'drain' | 'restore' | 'reweight' | 'reset', act: () => Promise<unknown>) => (
        <button type="button" aria-label={`${t(`upstream.${word}`)} ${name}`} onClick={() => void act()}>
          {t(`upstream.${word}`)}
        </button>
      );
      return (
        <>
          {enabled ? doing('drain', () => drain(desk, upstream)) : doing('restore', () => restore(desk, upstream))}
          {doing('reweight', () => reweigh(desk, upstream))}
          {doing('reset', () => reset(desk, upstream))}
        </>
      );
    };
    return () => {
      const overview = desk.live.overview.value;
      return overview && panel({ title: t('nav.upstreams') }, upstreamTable({ overview, buttons }));
    };
  },
});

const placeOf = ({ group, name }: Upstream): string => path`/api/v1/upstreams/${group}/${name}`;

async function drain(desk: Desk, upstream: Upstream): Promise<void> {
  const { group, name } = upstream;
  const others = desk.live.overview.value?.upstreams.filter(
    (each) => each.group === group && each.name !== name && each.available,
  );
  if (others?.length === 0) {
    const sure = await desk.ask({
      title: t('upstream.drain.last', { group }),
      body: t('upstream.drain.last.body'),
      go: t('upstream.drain'),
      danger: true,
    });
    if (sure === undefined) return;
  }
  await desk.act(
    () => call('PATCH', placeOf(upstream), { enabled: false }),
    () => t('upstream.drained', { name }),
  );
}

const restore = (desk: Desk, upstream: Upstream): Promise<unknown> =>
  desk.act(
    () => call('PATCH', placeOf(upstream), { enabled: true }),
    () => t('upstream.restored', { name: upstream.name }),
  );

async function reweigh(desk: Desk, upstream: Upstream): Promise<void> {
  const { name, weight } = upstream;
  const given = await desk.ask({
    title: t('upstream.reweight.title', { name }),
    body: t('upstream.reweight.body'),
    go: t('ask.apply'),
    field: { label: t('upstream.reweight.label'), value: String(weight), type: 'number' },
  });
  if (given === undefined) return;
  await desk.act(
    () => call<Upstream>('PATCH', placeOf(upstream), { weight: Number(given) }),
    (changed) => t('upstream.reweighted', { name, weight: changed.weight }),
  );
}

const reset = (desk: Desk, upstream: Upstream): Promise<unknown> =>
  desk.act(
    () => call('POST', `${placeOf(upstream)}/reset`),
    () => t('upstream.was-reset', { name: upstream.name }),
  );
