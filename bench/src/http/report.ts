/** What a case found: one table, and whatever was wrong. */
export interface Report {
  readonly case: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The same as numbers, for machines. */
  readonly data: readonly Readonly<Record<string, unknown>>[];
  /** Wrong answers; never slow ones. */
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

export function toMarkdown(report: Report): string {
  const rule = line(report.columns.map((_, index) => (index === 0 ? '---' : '---:')));
  const remarks = [...report.notes, ...report.faults.map((fault) => `**wrong:** ${fault}`)].map(
    (remark) => `- ${remark}`,
  );
  const table = [line(report.columns), rule, ...report.rows.map(line)];
  return [
    `### ${report.title} (\`${report.case}\`)`,
    '',
    ...table,
    ...(remarks.length > 0 ? ['', ...remarks] : []),
    '',
  ].join('\n');
}

/** A row of a Markdown table. */
function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');
export const fixed = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
export const megabytes = (bytes: number): string => fixed(bytes / 1024 ** 2, 0);
