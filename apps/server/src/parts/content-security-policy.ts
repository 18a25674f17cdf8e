/** Sources by directive, beside `'self'`. */
export type ContentSources = Readonly<
  Partial<Record<'script' | 'style' | 'img' | 'font' | 'connect' | 'media' | 'worker', string>>
>;

const LOADED = ['script', 'style', 'img', 'font', 'connect', 'media', 'worker'] as const;

/** Nothing by default, everything only from here, nothing inline, and no other page around it. */
export function contentSecurityPolicy(more: ContentSources = {}): string {
  return [
    "default-src 'none'",
    ...LOADED.map((kind) => `${kind}-src 'self'${more[kind] === undefined ? '' : ` ${more[kind]}`}`),
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
