import type { VNodeChild } from 'vue';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => VNodeChild;
  /** Figures stand at the right, below each other. */
  readonly figure?: boolean;
  /** What the row is about: its header. */
  readonly main?: boolean;
  /** Buttons: no label of their own on a phone. */
  readonly buttons?: boolean;
}

export interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly id: (row: Row) => string;
  /** Instead of a table without rows. */
  readonly empty: string;
}

/**
 * A table; on a phone every row is a card, with the heads beside the values. The roles are written out: a browser drops
 * them from a table that is no longer laid out as one.
 */
export function table<Row>({ caption, columns, empty, id, rows }: TableProps<Row>) {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    <table role="table" aria-label={caption}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ figure, head }) => (
            <th role="columnheader" scope="col" class={figure === true ? 'figure' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr role="row" key={id(row)}>
            {columns.map(({ buttons, cell, figure, head, main }) =>
              main === true ? (
                <th role="rowheader" scope="row">
                  {cell(row)}
                </th>
              ) : (
                <td role="cell" class={{ figure, doings: buttons }} data-head={head}>
                  {cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
