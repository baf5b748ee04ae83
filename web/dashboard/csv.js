/** Tables that the API has no CSV of are written by the page from what they show. */

const DOWNLOAD_KEPT_MILLISECONDS = 10_000;
/** What a spreadsheet would take for a formula begins so. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** @param {string | number | boolean | null | undefined} value */
function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param {{ heads: string[], rows: any[][] }} table @returns {string} RFC 4180 */
export function csvOf({ heads, rows }) {
  return [heads, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Saves a table as a file. @param {string} name @param {{ heads: string[], rows: any[][] }} table */
export function saveCsv(name, table) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csvOf(table)], { type: "text/csv" }));
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_KEPT_MILLISECONDS);
}
