import { defineConfig, type DefaultTheme, type UserConfig } from 'vitepress';
import { chinese } from './chinese.js';
import { english } from './english.js';
import { ledOut } from './links.js';
import { searchWords } from './search-words.js';
import { selfContained } from './self-contained.js';

const config: UserConfig<DefaultTheme.Config> = defineConfig({
  title: 'Forebay',
  titleTemplate: ':title · Forebay',
  description: 'A caching proxy for media, and the packages that it is made of',
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  cleanUrls: true,
  // Links to a server that the reader has started are not dead.
  ignoreDeadLinks: 'localhostLinks',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/logo.svg' }],
    ['meta', { name: 'theme-color', content: '#14607a' }],
  ],
  markdown: { config: (markdown) => void markdown.use(ledOut) },
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: english },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '为媒体内容而写的缓存代理，以及构成它的各个 npm 包',
      themeConfig: chinese,
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    outline: [2, 3],
    externalLinkIcon: true,
    socialLinks: [{ icon: 'github', link: 'https://github.com/forebay/forebay' }],
    search: {
      provider: 'local',
      options: {
        miniSearch: { options: { tokenize: searchWords, processTerm: (term) => term.toLowerCase() } },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详细结果',
                resetButtonTitle: '清除',
                backButtonTitle: '关闭搜索',
                noResultsText: '没有找到',
                footer: { selectText: '打开', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
  },
  buildEnd: ({ outDir }) => selfContained(outDir),
});

export default config;
