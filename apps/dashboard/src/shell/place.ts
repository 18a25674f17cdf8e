import { shallowRef, type ShallowRef } from 'vue';

export const places = ['overview', 'upstreams', 'cache', 'streams', 'tasks', 'workers', 'alerts'] as const;
export type Place = (typeof places)[number];

const current = (): Place => places.find((place) => `#${place}` === location.hash) ?? 'overview';

/** Which section is looked at: the fragment of the address, so that it can be linked to and gone back from. */
export function followPlace(): ShallowRef<Place> {
  const place = shallowRef(current());
  window.addEventListener('hashchange', () => {
    place.value = current();
  });
  return place;
}
