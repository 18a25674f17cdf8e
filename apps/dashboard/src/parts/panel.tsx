import type { VNodeChild } from 'vue';

interface PanelOptions {
  readonly title: string;
  readonly beside?: VNodeChild;
  readonly kind?: string;
}

/** A titled part of a section. */
export const panel = ({ beside, kind, title }: PanelOptions, ...content: VNodeChild[]) => (
  <section class={['panel', kind]} aria-label={title}>
    <div class="panel-head">
      <h2>{title}</h2>
      {beside}
    </div>
    {content}
  </section>
);
