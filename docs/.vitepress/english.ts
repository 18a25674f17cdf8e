import type { DefaultTheme } from 'vitepress';
import { editLink } from './edit-link.js';
import { packagePages } from './package-pages.js';

export const english: DefaultTheme.Config = {
  nav: [
    { text: 'Start', link: '/start' },
    { text: 'Recipes', link: '/recipes/', activeMatch: '/recipes/' },
    { text: 'Packages', link: '/packages/', activeMatch: '/packages/' },
    { text: 'Variables', link: '/variables' },
    { text: 'Troubleshooting', link: '/troubleshooting' },
  ],
  sidebar: [
    {
      text: 'Begin',
      items: [
        { text: 'Start here', link: '/start' },
        { text: 'Configuration', link: '/configuration' },
        { text: 'Troubleshooting', link: '/troubleshooting' },
      ],
    },
    {
      text: 'Recipes',
      items: [
        { text: 'TMDB for a media server', link: '/recipes/media-server' },
        { text: 'Behind nginx', link: '/recipes/behind-nginx' },
        { text: 'Several regions', link: '/recipes/regions' },
        { text: 'HLS with tokens', link: '/recipes/hls-tokens' },
        { text: 'Signed images in Vue', link: '/recipes/signed-images-vue' },
        { text: 'The balancer in a recorder', link: '/recipes/recorder' },
      ],
    },
    {
      text: 'What it serves',
      items: [
        { text: 'HTTP caching', link: '/http-caching' },
        { text: 'HLS', link: '/hls' },
        { text: 'Signed images', link: '/signed-images' },
        { text: 'Pictures in the page', link: '/smart-image' },
        { text: 'Background tasks', link: '/tasks' },
      ],
    },
    {
      text: 'Running it',
      items: [
        { text: 'Deploying', link: '/deploying' },
        { text: 'Operating', link: '/operating' },
        { text: 'Dashboard', link: '/monitor' },
        { text: 'Redis', link: '/redis' },
        { text: 'TLS and HTTP/2', link: '/tls' },
      ],
    },
    {
      text: 'Reference',
      items: [
        { text: 'Variables', link: '/variables' },
        { text: 'Metrics', link: '/metrics' },
        { text: 'Errors', link: '/errors' },
      ],
    },
    { text: 'Packages', collapsed: true, items: packagePages },
    {
      text: 'Background',
      items: [
        { text: 'How it works inside', link: '/inside' },
        { text: 'How it compares', link: '/comparison' },
      ],
    },
  ],
  editLink: { pattern: editLink, text: 'Edit this page' },
  footer: { message: 'MIT licence' },
};
