/**
 * Reads CSV (RFC 4180): the first line names the columns; fields may be quoted, with `""` for a quote and line ends
 * inside.
 * @returns one object per line, every value a text; fields beyond the header are left out
 */
export function parseCsv(text: string): Record<string, string>[] {
  const [header, ...lines] = splitRecords(text.replace(/^\uFEFF/, ""));
  if (header === undefined) return [];
  return lines.map((fields) => Object.fromEntries(header.map((name, position) => [name, fields[position] ?? ""])));
}

function splitRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  // One field and what ends it: a quoted one, or everything up to the next comma or line end.
  const field = /(?:"((?:[^"]|"")*)"|((?:[^",\r\n][^,\r\n]*)?))(,|\r\n|\n|\r|$)/gy;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null)
      throw new Error(`Line ${records.length + 1} of the CSV has a quote that does not end its field.`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") {
      // A comma at the very end of the file is followed by one more, empty field.
      if (field.lastIndex === text.length) record.push("");
      else continue;
    }
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  }
  if (record.length > 0) records.push(record);
  return records;
}

/** One field of a CSV line, quoted where it must be. */
export function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
