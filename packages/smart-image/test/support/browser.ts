import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { ForebayServer } from './forebay-server.js';

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The test's page, with this package's sources in it. */
export async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileOf('./page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    conditions: ['@forebay/source'],
    define: {
      'process.env.NODE_ENV': '"development"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true',
    },
  });
  return outputFiles[0]?.text ?? '';
}

/** Lets a server serve the test's page at `/`, around `html` that a server may have rendered. */
export async function servePage(server: ForebayServer, script: string, html = ''): Promise<void> {
  const style = await readFile(fileOf('../../src/style.css'), 'utf8');
  server.pages.set('/style.css', { type: 'text/css', body: style });
  server.pages.set('/page.js', { type: 'text/javascript', body: script });
  server.pages.set('/favicon.ico', { type: 'image/x-icon', body: '' });
  server.pages.set('/', {
    type: 'text/html; charset=utf-8',
    body: `<!doctype html><html lang="en"><head><title>Test</title><link rel="stylesheet" href="/style.css"></head><body><main><h1>Test</h1><div id="app">${html}</div></main><script src="/page.js"></script></body></html>`,
  });
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface OpenPage {
  readonly page: Page;
  /** Warnings and errors of the page, but for pictures that could not be loaded. */
  readonly complaints: string[];
}

export async function open(browser: Browser, server: ForebayServer): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    if (['warning', 'error'].includes(message.type()) && !text.startsWith('Failed to load resource'))
      complaints.push(text);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(server.url);
  return { page, complaints };
}

/** What axe finds that is serious or worse. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe.source });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
}
