import type { ContentKind, Preset } from './preset.js';

/** Any other origin: its own rules hold, unknown headers are relayed, and the configuration fills in only where it is silent. */
export function customPreset(
  options: { readonly contentTypes?: readonly string[]; readonly cors?: boolean } = {},
): Preset {
  return {
    name: 'custom',
    canonical: (target) => target,
    forwardedHeaders: 'all',
    policy: 'respect',
    kind: (_target, contentType) => kindOf(contentType),
    contentTypes: options.contentTypes,
    coding: 'client',
    cors: options.cors ?? false,
    requestsPerSecond: undefined,
    credentials: (_target, headers) => {
      const authorization = headers['authorization'];
      return authorization === undefined ? undefined : String(authorization);
    },
    authorise: (target) => target,
  };
}

function kindOf(contentType: string | undefined): ContentKind {
  if (contentType === undefined) return 'other';
  if (/^image\//i.test(contentType)) return 'image';
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType) ? 'json' : 'other';
}
