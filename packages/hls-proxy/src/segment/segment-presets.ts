import { imagePreset, type Preset } from '@forebay/reverse-proxy';

const shared: Preset = {
  ...imagePreset(),
  name: 'hls-segment',
  policy: 'override',
  kind: () => 'other',
  contentTypes: undefined,
};

/** Segments and init sections: the same for all viewers, and the same for ever. Ranges of large files are kept apart. */
export const keptPreset: Preset = { ...shared, ranges: 'apart' };

/** Keys, and what nobody said the kind of: passed on as it is, and kept nowhere. */
export const passedPreset: Preset = {
  ...shared,
  forwardedHeaders: [
    ...shared.forwardedHeaders,
    'range',
    'if-range',
    'if-match',
    'if-none-match',
    'if-modified-since',
    'if-unmodified-since',
  ],
};
