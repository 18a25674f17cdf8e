import type { DefaultTheme } from 'vitepress';
import { editLink } from './edit-link.js';
import { packagePages } from './package-pages.js';

export const chinese: DefaultTheme.Config = {
  nav: [
    { text: '快速上手', link: '/zh/start' },
    { text: '实战', link: '/zh/recipes/', activeMatch: '/zh/recipes/' },
    { text: '环境变量（英文）', link: '/variables' },
    { text: '排错（英文）', link: '/troubleshooting' },
  ],
  sidebar: [
    { text: '入门', items: [{ text: '快速上手', link: '/zh/start' }] },
    {
      text: '实战',
      items: [
        { text: '给媒体服务器代理 TMDB', link: '/zh/recipes/media-server' },
        { text: '放在 nginx 后面', link: '/zh/recipes/behind-nginx' },
        { text: '多地域部署', link: '/zh/recipes/regions' },
        { text: '带令牌的 HLS', link: '/zh/recipes/hls-tokens' },
        { text: '在 Vue 里显示签名图片', link: '/zh/recipes/signed-images-vue' },
        { text: '在录制器里用负载均衡', link: '/zh/recipes/recorder' },
      ],
    },
    {
      text: '参考（英文）',
      items: [
        { text: '配置', link: '/configuration' },
        { text: '环境变量', link: '/variables' },
        { text: '指标', link: '/metrics' },
        { text: '错误', link: '/errors' },
        { text: '部署', link: '/deploying' },
        { text: '运维', link: '/operating' },
        { text: '监控面板', link: '/monitor' },
        { text: 'HTTP 缓存', link: '/http-caching' },
        { text: 'HLS', link: '/hls' },
        { text: '签名图片', link: '/signed-images' },
        { text: '后台任务', link: '/tasks' },
        { text: 'Redis', link: '/redis' },
        { text: 'TLS 与 HTTP/2', link: '/tls' },
        { text: '按现象排错', link: '/troubleshooting' },
        { text: '内部原理', link: '/inside' },
        { text: '与其他方案的比较', link: '/comparison' },
      ],
    },
    { text: 'npm 包（英文）', collapsed: true, items: packagePages },
  ],
  editLink: { pattern: editLink, text: '编辑此页' },
  footer: { message: 'MIT 许可证' },
  outline: { level: [2, 3], label: '本页内容' },
  docFooter: { prev: '上一页', next: '下一页' },
  darkModeSwitchLabel: '外观',
  lightModeSwitchTitle: '切换到浅色',
  darkModeSwitchTitle: '切换到深色',
  sidebarMenuLabel: '目录',
  returnToTopLabel: '回到顶部',
  langMenuLabel: '切换语言',
  skipToContentLabel: '跳到正文',
};
