import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { exportColumns } from "./schema.ts";

/** A feature as an export has it; one export has one type of each. */
export interface WantedColumn {
  readonly feature: string;
  readonly type: string;
}

const PREFIXES = { users: "user_", items: "item_" } as const;
/** Another export may take a name between reading and writing; each time one of the two is done. */
const ATTEMPTS_MAX = 20;

const INSERT = `INSERT INTO export_columns (entity, feature, type, name, folded_name)
  SELECT ?1, value ->> '$.feature', value ->> '$.type', value ->> '$.name', value ->> '$.foldedName' FROM json_each(?2)
  WHERE true ON CONFLICT DO NOTHING`;

type StoredColumn = typeof exportColumns.$inferSelect;

/** Many readers of tables tell no case: DuckDB, SQL, some file systems. */
function folded(name: string): string {
  return name.toLowerCase();
}

function freeName(wished: string, taken: ReadonlySet<string>): string {
  let name = wished;
  for (let number = 2; taken.has(folded(name)); number++) name = `${wished}_${number}`;
  return name;
}

/** Columns for what has none yet: a feature's first type has the plain name, another one has the type in it. */
function newColumns(
  entity: keyof typeof PREFIXES,
  missing: readonly WantedColumn[],
  stored: readonly StoredColumn[],
  reserved: readonly string[],
): StoredColumn[] {
  const taken = new Set([...reserved.map(folded), ...stored.map(({ foldedName }) => foldedName)]);
  const known = new Set(stored.map(({ feature }) => feature));
  const inOrder = missing.toSorted((a, b) => (a.feature < b.feature ? -1 : 1));
  return inOrder.map(({ feature, type }) => {
    const plain = `${PREFIXES[entity]}${feature}`;
    const name = freeName(known.has(feature) ? `${plain}_${type}` : plain, taken);
    taken.add(folded(name));
    known.add(feature);
    return { entity, feature, type, name, foldedName: folded(name) };
  });
}

/**
 * The names of the columns that features have in exports, by feature: `user_<feature>`, `item_<feature>`, with `_<type>`
 * where the feature had another type before, with `_2` and so on where the name is taken whatever its case. Whoever asks
 * first settles it for ever: a column's name has one type.
 * @param reserved names of columns that are no features; they hold for names that are given from now on
 */
export async function columnNames(
  db: D1Database,
  entity: "users" | "items",
  wanted: readonly WantedColumn[],
  reserved: readonly string[],
): Promise<Map<string, string>> {
  const orm = drizzle(db);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const stored = await orm.select().from(exportColumns).where(eq(exportColumns.entity, entity));
    const find = ({ feature, type }: WantedColumn): StoredColumn | undefined =>
      stored.find((column) => column.feature === feature && column.type === type);
    const missing = wanted.filter((column) => find(column) === undefined);
    if (missing.length === 0) return new Map(wanted.map((column) => [column.feature, find(column)?.name ?? ""]));
    // What another export has stored in the meantime stays; the rest is looked at again.
    await db
      .prepare(INSERT)
      .bind(entity, JSON.stringify(newColumns(entity, missing, stored, reserved)))
      .run();
  }
  throw new Error(`No names for columns of ${entity} after ${ATTEMPTS_MAX} attempts.`);
}
