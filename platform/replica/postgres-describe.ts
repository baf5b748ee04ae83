import { z } from "zod";

import { EXACT_COUNT_MAX_ROWS } from "../../domain/sync/limits.ts";
import type { ColumnDescription, TableDescription } from "../../domain/sync/replica.ts";
import { postgresKind } from "./postgres-types.ts";
import { countRows, type Statement } from "./reader.ts";

const columnsSchema = z.array(
  z.object({
    name: z.string(),
    type: z.string(),
    declared: z.string(),
    nullable: z.string(),
    length: z.string().nullable(),
    initial: z.string().nullable(),
    collation: z.string().nullable(),
  }),
);
const namesSchema = z.array(z.object({ name: z.string() }));
const estimateSchema = z.array(z.object({ estimate: z.string() }));

/**
 * information_schema shows only what the user may read, and looks through a domain at the type below it; the catalogue
 * behind it adds the type in full.
 */
const COLUMNS = `
  SELECT c.column_name AS name, c.udt_name AS type, c.is_nullable AS nullable, c.character_maximum_length AS length,
    c.column_default AS initial, c.collation_name AS collation,
    CASE t.typtype
      WHEN 'e' THEN 'enum(' || (
        SELECT coalesce(string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder), '')
        FROM pg_enum e WHERE e.enumtypid = t.oid) || ')'
      ELSE format_type(t.oid, CASE own.typtype WHEN 'd' THEN own.typtypmod ELSE a.atttypmod END)
    END AS declared
  FROM information_schema.columns c
  JOIN pg_namespace n ON n.nspname = c.table_schema
  JOIN pg_class r ON r.relnamespace = n.oid AND r.relname = c.table_name
  JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = c.ordinal_position
  JOIN pg_type own ON own.oid = a.atttypid
  JOIN pg_type t ON t.oid = CASE own.typtype WHEN 'd' THEN own.typbasetype ELSE own.oid END`;

function describeColumn(row: z.infer<typeof columnsSchema>[number]): ColumnDescription {
  return {
    name: row.name,
    type: row.type,
    kind: postgresKind(row.type),
    declared: row.declared,
    nullable: row.nullable === "YES",
    length: row.length === null ? null : Number(row.length),
    default: row.initial,
    characterSet: row.collation,
  };
}

/**
 * Describes one table from the catalogue.
 * @param query runs a statement with its parameters and gives its rows as text
 * @returns null when there is no such table, or none that the user may read
 */
export async function describePostgresTable(
  table: string,
  query: (sql: string, values: readonly string[]) => Promise<unknown>,
  open: () => Statement,
): Promise<TableDescription | null> {
  const [name = "", schema = null] = table.split(".").reverse();
  const place = schema === null ? "current_schema()" : "$2";
  const values = schema === null ? [name] : [name, schema];
  const columns = columnsSchema.parse(
    await query(`${COLUMNS} WHERE c.table_name = $1 AND c.table_schema = ${place} ORDER BY c.ordinal_position`, values),
  );
  if (columns.length === 0) return null;
  const where = `r.relname = $1 AND r.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = ${place})`;
  const key = namesSchema.parse(
    await query(
      `SELECT a.attname AS name FROM pg_class r
       JOIN pg_index i ON i.indrelid = r.oid AND i.indisprimary
       CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS part(attnum, place)
       JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = part.attnum
       WHERE ${where} ORDER BY part.place`,
      values,
    ),
  );
  const [size] = estimateSchema.parse(
    await query(`SELECT r.reltuples::bigint AS estimate FROM pg_class r WHERE ${where}`, values),
  );
  const described: TableDescription = {
    table,
    columns: columns.map(describeColumn),
    primaryKey: key.map((row) => row.name),
    // −1 (never analysed) counts as small: better one exact count than a wrong total.
    rows: Number(size?.estimate ?? 0),
  };
  if (described.rows >= EXACT_COUNT_MAX_ROWS) return described;
  // A statement that fails ends its transaction: the other tables are still to be described in it.
  await query("SAVEPOINT counting", []);
  const rows = await countRows(open(), described);
  await query("ROLLBACK TO SAVEPOINT counting", []);
  return { ...described, rows };
}
