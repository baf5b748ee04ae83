import { z } from "zod";

import type { ChecksumRequest, KeyRange, RangeChecksum, TableDescription } from "../../domain/sync/replica.ts";
import { rangeConditions } from "./key-range.ts";
import { cellsOf, tableName, whereAll } from "./queries.ts";
import type { StatementWriter } from "./statement-writer.ts";

const totalsSchema = z.array(
  z.object({
    /** Place of the range in the request. */
    i: z.coerce.number().int(),
    n: z.coerce.number().int(),
    total: z.string().nullable(),
  }),
);

interface TableTotal {
  readonly rows: number;
  readonly text: string | null;
}

/** Says of each range what {@link StatementWriter.checksum} says, as one statement; `i` is the range's place. */
function checksumStatement(
  writer: StatementWriter,
  table: TableDescription,
  columns: readonly string[],
  keyColumns: readonly string[],
  ranges: readonly KeyRange[],
): string {
  const cells = cellsOf(table, [...new Set([...keyColumns, ...columns])], keyColumns);
  const from = `FROM ${tableName(writer, table)}`;
  return ranges
    .map((range, place) => {
      const where = whereAll(rangeConditions(writer, table, keyColumns, range));
      return `SELECT ${place} AS i, ${writer.checksum(cells, `${from}${where}`)}`;
    })
    .join(" UNION ALL ");
}

/** What the server answered to {@link checksumStatement}, in the order of the ranges. */
function totalsOf(answer: unknown, ranges: number): TableTotal[] {
  const found = new Map(totalsSchema.parse(answer).map((row) => [row.i, row]));
  return Array.from({ length: ranges }, (_, place) => {
    const row = found.get(place);
    if (row === undefined) throw new Error(`The source gave no checksum of range ${place}.`);
    if (row.n === 0) return { rows: 0, text: "0" };
    return { rows: row.n, text: row.total === null ? null : `${row.n}:${row.total}` };
  });
}

/**
 * Checksums of all ranges: one statement for the table and one for each satellite.
 *
 * A satellite's rows are taken by comparing its key column with the table's keys. That is the same set of rows only where
 * both columns order alike (type and collation), and quick only where the satellite has an index that begins with its
 * key: the caller sees to both.
 * @param run writes a statement and runs it
 */
export async function readChecksums(
  run: (write: (writer: StatementWriter) => string) => Promise<unknown>,
  { table, columns, keyColumns, satellites }: ChecksumRequest,
  ranges: readonly KeyRange[],
): Promise<RangeChecksum[]> {
  if (ranges.length === 0) return [];
  if (satellites.length > 0 && keyColumns.length !== 1) {
    throw new Error(
      `${table.table} has a key of ${keyColumns.length} columns: no satellite's key can lie in its ranges.`,
    );
  }
  const own = totalsOf(
    await run((writer) => checksumStatement(writer, table, columns, keyColumns, ranges)),
    ranges.length,
  );
  const texts = own.map((total) => [total.text]);
  for (const satellite of satellites) {
    const answer = await run((writer) =>
      checksumStatement(writer, satellite.table, satellite.columns, [satellite.key], ranges),
    );
    totalsOf(answer, ranges.length).forEach((total, place) => texts[place]?.push(total.text));
  }
  return own.map(({ rows }, place) => {
    const parts = texts[place] ?? [];
    return { rows, checksum: parts.includes(null) ? null : parts.join(" ") };
  });
}
