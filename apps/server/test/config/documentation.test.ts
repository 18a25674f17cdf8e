import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { variableGroups } from '../../src/config/variables.js';

const reference = fileURLToPath(new URL('../../../../docs/variables.md', import.meta.url));

const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (): string => {
  const lines = [
    '# Variables',
    '',
    '<!-- Written from the table of variables: run the test config/documentation of apps/server with -u. -->',
    '',
    'Every setting of the server. How they are combined, and what a configuration file can say besides, is in',
    '[configuration.md](configuration.md). A bare number has the unit shown; `500ms`, `30s`, `15m`, `6h`, `7d`, `64MB` and',
    '`10GB` say their own.',
  ];
  for (const { title, variables } of variableGroups) {
    lines.push('', `## ${title}`, '', '| variable | default | unit or value | meaning |', '| --- | --- | --- | --- |');
    for (const [name, { kind, default: fallback, defaultDoc, doc, secret }] of Object.entries(variables)) {
      const shown = defaultDoc ?? (fallback === undefined ? 'none' : `\`${fallback}\``);
      const note = secret === true ? `${doc}. Secret: never shown` : doc;
      lines.push(`| \`${name}\` | ${cell(shown)} | ${cell(kind.unit ?? kind.placeholder)} | ${cell(note)} |`);
    }
  }
  return `${lines.join('\n')}\n`;
};

it('has a reference of all variables that is up to date', async () => {
  await expect(table()).toMatchFileSnapshot(reference);
});
