import { DICTIONARY_ROWS_MAX, LINES_PER_READ_MAX } from "../../../domain/sync/limits.ts";
import { columnOf } from "../../../domain/sync/map-key.ts";
import type { DatabaseReader, RowKey, SatelliteTable, Source, SourceRow } from "../../../domain/sync/replica.ts";
import { toText } from "../../../domain/sync/values.ts";
import type { Dictionary, EntitySource, LoadedRow } from "./entity-source.ts";

/** The key of a row as Endcap knows it. NULL reads as the empty text, which no row may have as its key. */
export function keyOf(source: EntitySource, row: SourceRow): RowKey {
  return source.keys.map((name) => toText(row[name] ?? "", columnOf(source.table, name)));
}

async function readSatellites(
  reader: DatabaseReader,
  satellite: SatelliteTable,
  keys: readonly RowKey[],
): Promise<SourceRow[]> {
  const { table, columns, key } = satellite;
  // One more than may be: a full answer would not tell whether it was cut.
  const rows = await reader.readByKeys(table, columns, [key], keys, LINES_PER_READ_MAX + 1);
  if (rows.length <= LINES_PER_READ_MAX || keys.length === 1) return rows;
  const middle = Math.ceil(keys.length / 2);
  return [
    ...(await readSatellites(reader, satellite, keys.slice(0, middle))),
    ...(await readSatellites(reader, satellite, keys.slice(middle))),
  ];
}

/** Rows as a source of pages gives them: what belongs to a row is in it. */
export function alone(rows: readonly SourceRow[]): LoadedRow[] {
  return rows.map((row) => ({ row, satellites: [] }));
}

/** Rows of an entity with their satellites, which are of the same moment when `reader` is the one that read the rows. */
export async function withSatellites(
  reader: DatabaseReader,
  source: EntitySource,
  rows: readonly SourceRow[],
): Promise<LoadedRow[]> {
  const { satellite } = source;
  if (satellite === null || rows.length === 0) return alone(rows);
  const byKey = new Map<string, SourceRow[]>();
  const column = columnOf(satellite.table, satellite.key);
  for (const found of await readSatellites(
    reader,
    satellite,
    rows.map((row) => keyOf(source, row)),
  )) {
    const key = toText(found[satellite.key] ?? "", column);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [found]);
    else known.push(found);
  }
  return rows.map((row) => ({ row, satellites: byKey.get(keyOf(source, row)[0] ?? "") ?? [] }));
}

/**
 * What a dictionary's table says: key → name, in the order of the keys.
 * @throws Error for a table that is too large to be one
 */
export async function readDictionary(from: Source, dictionary: Dictionary): Promise<ReadonlyMap<string, string>> {
  const { table, key, name } = dictionary;
  const { rows } = await from.readPage({
    table,
    columns: [key, name],
    order: [key],
    after: null,
    upto: null,
    from: null,
    limit: DICTIONARY_ROWS_MAX + 1,
  });
  if (rows.length > DICTIONARY_ROWS_MAX) {
    throw new Error(`Table ${table.table} has more than ${DICTIONARY_ROWS_MAX} names: it is not a list of categories.`);
  }
  return new Map(rows.flatMap((row) => (row[key] === null ? [] : [[row[key] ?? "", row[name] ?? ""] as const])));
}
