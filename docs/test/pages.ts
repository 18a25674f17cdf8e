import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));
const skipped = new Set(['node_modules', 'dist', 'test', 'src', '.git', '.vitepress', '.changeset']);

/** Every page for readers in the repository, from its root: the documentation, READMEs and what lies beside them. */
export function pages(folder: string = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) && folder !== join(root, 'bench') ? [] : pages(path);
    return entry.name.endsWith('.md') ? [relative(root, path)] : [];
  });
}

export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** The text without what stands in code blocks. */
export const prose = (text: string): string => text.replaceAll(/^```[^]*?^```$/gm, '');

/** Names of a page's headings, as GitHub and VitePress make them. */
export function anchors(text: string): Set<string> {
  return new Set(
    [...prose(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    ),
  );
}
