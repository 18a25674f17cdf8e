import type { Choice } from './engine.js';

/** Keeps a select element in step with a choice; it is of no use with fewer than two options. */
export function showChoice(select: HTMLSelectElement, { options, chosen }: Choice): void {
  const signature = options.map(({ id, title }) => `${id} ${title}`).join('\n');
  if (select.dataset['signature'] !== signature) {
    select.dataset['signature'] = signature;
    select.replaceChildren(...options.map(({ id, title }) => new Option(title, String(id))));
  }
  select.disabled = options.length < 2;
  if (document.activeElement !== select) select.value = String(chosen);
}
