const MOST_EVENTS = 100;

export interface EventLog {
  happened(text: string): void;
  failed(text: string, fatal: boolean): void;
  clear(): void;
}

/** The latest events first, with the time of day; errors are marked by more than a colour. */
export function createEventLog(list: HTMLOListElement): EventLog {
  const add = (text: string, kind: 'event' | 'error' | 'fatal'): void => {
    const item = document.createElement('li');
    item.dataset['kind'] = kind;
    item.className = kind === 'event' ? '' : 'error';
    item.textContent = `${new Date().toLocaleTimeString()}  ${text}`;
    list.prepend(item);
    while (list.children.length > MOST_EVENTS) list.lastElementChild?.remove();
  };
  return {
    happened: (text) => add(text, 'event'),
    failed: (text, fatal) => add(fatal ? `fatal: ${text}` : text, fatal ? 'fatal' : 'error'),
    clear: () => list.replaceChildren(),
  };
}
