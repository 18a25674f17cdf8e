// The default theme without its web font: pages are set in the reader's own.
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet exports nothing
import './style.css';

const theme: Theme = DefaultTheme;

export default theme;
