import type { DefaultTheme } from 'vitepress';

const NAMES = [
  'balancer',
  'cache-tiers',
  'health',
  'guard',
  'reverse-proxy',
  'image-proxy',
  'hls-proxy',
  'smart-image',
] as const;

/** Each published package's page, which is its README. */
export const packagePages: DefaultTheme.SidebarItem[] = [
  { text: 'Overview', link: '/packages/' },
  ...NAMES.map((name) => ({ text: `@forebay/${name}`, link: `/packages/${name}` })),
];
