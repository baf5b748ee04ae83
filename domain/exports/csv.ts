/** A cell as it is written: whole numbers of 64 bits are bigints. */
export type CsvCell = string | number | bigint | boolean | null;

const NEEDS_QUOTES = /["\n\r,]|^$|^\s|\s$/;

function cellText(cell: CsvCell): string {
  // A text of no characters is quoted, so that it is not taken for a missing one.
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** One line of RFC 4180, its end included: nothing where there is no value, ISO 8601 for times. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(",")}\r\n`;
}
