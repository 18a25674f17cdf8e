import type { Preset } from './preset.js';

/** Public images: anyone's page may show them, they say no more when compressed, and clients are not told apart. */
export function imagePreset(): Preset {
  return {
    name: 'image',
    canonical: (target) => target,
    forwardedHeaders: ['accept', 'user-agent'],
    policy: 'respect',
    kind: () => 'image',
    contentTypes: ['image/*'],
    coding: 'identity',
    cors: true,
    requestsPerSecond: undefined,
    credentials: () => undefined,
    authorise: (target) => target,
  };
}
