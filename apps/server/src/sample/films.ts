import type { PaletteName } from './drawing/colour.js';
import type { SceneName } from './drawing/poster.js';

/** A film that nobody made: what the sample upstreams know about. */
export interface Film {
  readonly id: number;
  readonly title: string;
  readonly released: string;
  readonly overview: string;
  readonly rating: number;
  readonly votes: number;
  readonly scene: SceneName;
  readonly palette: PaletteName;
}

type Row = readonly [
  title: string,
  released: string,
  rating: number,
  scene: SceneName,
  palette: PaletteName,
  overview: string,
];

const rows: readonly Row[] = [
  [
    'The Glass Tide',
    '2019-03-14',
    7.8,
    'sea',
    'dusk',
    'A lighthouse keeper finds letters in the surf, all of them addressed to her.',
  ],
  [
    'Nine Winters',
    '2016-11-02',
    8.1,
    'mountains',
    'frost',
    'Two surveyors map a pass that is never quite where they left it.',
  ],
  [
    'A Quiet Orbit',
    '2021-06-25',
    7.4,
    'space',
    'night',
    'The last cook of a research station keeps a table laid for a crew that is late.',
  ],
  [
    'Lanterns over Vell',
    '2014-10-09',
    7.0,
    'city',
    'lagoon',
    'Once a year the lamps of a harbour town go out, and everybody trades places.',
  ],
  [
    'Salt & Cinder',
    '2018-02-16',
    6.7,
    'dunes',
    'ember',
    'A caravan carries ice across a desert for a king who has never seen any.',
  ],
  [
    'The Moss Cartographer',
    '2011-09-30',
    7.9,
    'forest',
    'moss',
    'She draws the forest from memory; the forest begins to agree with her.',
  ],
  ['Harbour of Owls', '2020-01-10', 7.2, 'forest', 'night', 'A night watchman counts ships by ear.'],
  ['Slow Thunder', '2013-07-19', 6.9, 'mountains', 'rose', 'A storm takes eleven days to cross one valley.'],
  ['Paper Comets', '2022-12-01', 7.6, 'space', 'dusk', 'Three children post a planet back to where it came from.'],
  [
    'The Ninth Bell',
    '2009-04-24',
    7.3,
    'city',
    'ember',
    'Somebody is ringing a bell in a tower that was pulled down last year.',
  ],
  [
    'Eleven Feet of Low Water',
    '2017-08-11',
    6.8,
    'sea',
    'frost',
    'When the reservoir empties, the village at its bottom is found swept and lit.',
  ],
  [
    'Ember and Elm',
    '2015-05-29',
    7.1,
    'forest',
    'ember',
    'A charcoal burner and a botanist share a hut and no opinions.',
  ],
  [
    'Tomorrow, the Plain',
    '2012-02-03',
    7.7,
    'dunes',
    'rose',
    'A railway is built from both ends by people who never write.',
  ],
  [
    'Thirteen Understudies',
    '2023-03-17',
    6.6,
    'city',
    'night',
    'The cast has gone home, and the understudies play to an empty house.',
  ],
  ['The Weather Room', '2010-10-22', 8.0, 'mountains', 'dawn', 'A forecaster is never wrong, and never asked.'],
  ['Kites at Noon', '2018-06-08', 7.0, 'dunes', 'dawn', 'A village learns to read the wind, then to answer it.'],
  ['Moonlit Ledger', '2020-09-18', 7.5, 'sea', 'night', 'An accountant audits the tides.'],
  ['Ashes of Anselm', '2008-01-25', 6.5, 'mountains', 'ember', 'Five heirs carry one urn up the wrong mountain.'],
  ['Polar Garden', '2021-04-02', 7.4, 'space', 'lagoon', 'A gardener wakes every hundred years to water the ship.'],
  ['Copper Rain', '2016-03-04', 6.9, 'city', 'dusk', 'The roofs of a city are stolen, one clear night at a time.'],
  [
    'The Longest Meadow',
    '2014-05-16',
    7.8,
    'forest',
    'dawn',
    'Three days of a summer, remembered by four people, differently.',
  ],
  ['Saturn, Briefly', '2024-02-09', 7.2, 'space', 'rose', 'A school outing overshoots.'],
  ['Fathom Street', '2019-11-29', 7.1, 'sea', 'lagoon', 'The flood stays, and the street takes up fishing.'],
  [
    'Dune Radio',
    '2022-07-22',
    7.3,
    'dunes',
    'dusk',
    'A presenter reads the news of a country that has not answered for weeks.',
  ],
];

export const films: readonly Film[] = rows.map(([title, released, rating, scene, palette, overview], index) => ({
  id: 101 + index,
  title,
  released,
  overview,
  rating,
  votes: 180 + ((index * 397) % 2900),
  scene,
  palette,
}));

/** `The Glass Tide` → `the-glass-tide`. */
export function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

export function posterPath(film: Film): string {
  return `/${slugOf(film.title)}-${film.id}.png`;
}

export function backdropPath(film: Film): string {
  return `/${slugOf(film.title)}-${film.id}-wide.png`;
}
