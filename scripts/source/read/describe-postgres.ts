import { z } from "zod";

import { postgresKind } from "../../../platform/replica/postgres-types.ts";
import type { DatabaseTable } from "../database.ts";
import { columnRowsSchema, indexRowsSchema, keyRowsSchema, tablesOf } from "./catalogue-rows.ts";
import type { Session } from "./session.ts";

const labelRowsSchema = z.array(z.object({ type: z.string(), label: z.string() }));

/** The tables and views of PostgreSQL schemas that this user may read. Of a partitioned table only the whole is told. */
export async function describePostgres(
  session: Session,
  schemas: readonly string[],
  own: string | null,
): Promise<DatabaseTable[]> {
  const places = schemas.map((schema) => session.text(schema)).join(", ");
  const columns = columnRowsSchema.parse(
    await session.read(
      `SELECT n.nspname AS "schema", c.relname AS "table", (c.relkind = 'v')::int AS "view",
         CASE WHEN c.reltuples >= 0 AND c.relkind <> 'v' THEN c.reltuples::bigint END AS "rows",
         a.attname AS "column", coalesce(base.typname, t.typname) AS "type",
         format_type(a.atttypid, a.atttypmod) AS "declared", (NOT a.attnotnull)::int AS "nullable",
         CASE WHEN t.typname = 'numeric' AND a.atttypmod > 4 THEN (a.atttypmod - 4) & 65535 END AS "scale",
         (coalesce(base.typname, t.typname) IN ('json', 'jsonb'))::int AS "json", 0 AS "selfUpdating"
       FROM pg_catalog.pg_class c
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_catalog.pg_type base ON base.oid = t.typbasetype AND t.typtype = 'd'
       WHERE n.nspname IN (${places}) AND c.relkind IN ('r', 'p', 'v', 'f') AND NOT c.relispartition
         AND has_column_privilege(c.oid, a.attnum, 'SELECT')
       ORDER BY n.nspname, c.relname, a.attnum`,
    ),
  );
  const keys = keyRowsSchema.parse(
    await session.read(
      `SELECT n.nspname AS "schema", c.relname AS "table", a.attname AS "column",
         tn.nspname AS "targetSchema", target.relname AS "target", ta.attname AS "references"
       FROM pg_catalog.pg_constraint k
       JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS part(attnum, place)
       JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = part.attnum
       LEFT JOIN pg_catalog.pg_class target ON target.oid = k.confrelid
       LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = target.relnamespace
       LEFT JOIN pg_catalog.pg_attribute ta ON ta.attrelid = k.confrelid AND ta.attnum = k.confkey[part.place]
       WHERE n.nspname IN (${places}) AND k.contype IN ('p', 'f')
         AND (tn.nspname IS NULL OR tn.nspname IN (${places}))
       ORDER BY n.nspname, c.relname, k.conname, part.place`,
    ),
  );
  const indexes = indexRowsSchema.parse(
    await session.read(
      `SELECT n.nspname AS "schema", c.relname AS "table", a.attname AS "column",
         (i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL)::int AS "unique"
       FROM pg_catalog.pg_index i
       JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
       WHERE n.nspname IN (${places}) AND i.indisvalid`,
    ),
  );
  const labels = labelRowsSchema.parse(
    await session.read(
      `SELECT t.typname AS "type", e.enumlabel AS "label" FROM pg_catalog.pg_enum e
       JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid ORDER BY t.typname, e.enumsortorder`,
    ),
  );
  const valuesOf = (type: string): string[] | null => {
    const values = labels.filter((row) => row.type === type).map((row) => row.label);
    return values.length === 0 ? null : values;
  };
  return tablesOf({ columns, keys, indexes, kindOf: postgresKind, valuesOf }, own);
}
