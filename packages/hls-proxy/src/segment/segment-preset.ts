import { imagePreset, type Preset } from '@forebay/reverse-proxy';

/**
 * Segments, init sections, keys: the same for all viewers, and the same for ever. Ranges of large files are fetched and
 * kept apart.
 */
export const segmentPreset: Preset = {
  ...imagePreset(),
  name: 'hls-segment',
  policy: 'override',
  kind: () => 'other',
  contentTypes: undefined,
  ranges: 'apart',
};
