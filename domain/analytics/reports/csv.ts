import { type CsvCell, csvLine } from "../../exports/csv.ts";

/** A report's cell; what is neither text nor number is written as JSON. */
export type ReportCell = string | number | boolean | null | Readonly<Record<string, unknown>>;

/** What spreadsheets take for the beginning of a formula: a name must not become a program. */
const FORMULA = /^[=+\-@\t\r]/;

/** A text that a spreadsheet takes for a text, whatever it begins with. */
export function asPlainText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function cellOf(cell: ReportCell | undefined): CsvCell {
  if (cell === undefined || cell === null) return null;
  if (typeof cell === "object") return JSON.stringify(cell);
  return typeof cell === "string" ? asPlainText(cell) : cell;
}

/** A report as a table of RFC 4180 with a header row. */
export function reportCsv(columns: readonly string[], rows: readonly Readonly<Record<string, ReportCell>>[]): string {
  return [columns, ...rows.map((row) => columns.map((column) => cellOf(row[column])))].map(csvLine).join("");
}
