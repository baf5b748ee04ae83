/** A column of a table. */
export interface TableColumn {
  readonly title: string;
  /** Numbers are read by their last digit. */
  readonly right?: boolean;
}

/** Values of the source are shown too: none of their characters may move the cursor or colour the screen. */
function plain(cell: string): string {
  return cell.replaceAll(/\p{Cc}+/gu, " ");
}

/** Lines of a table, its titles first; a line ends with its last cell. */
export function formatTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map((column) => column.title), ...rows.map((row) => row.map(plain))];
  const widths = columns.map((_, place) => Math.max(...lines.map((line) => line[place]?.length ?? 0)));
  return lines.map((line) =>
    columns
      .map(({ right }, place) => {
        const cell = line[place] ?? "";
        const width = widths[place] ?? 0;
        return right === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
