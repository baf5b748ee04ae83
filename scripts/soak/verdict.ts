import { existsSync } from "node:fs";
import { join } from "node:path";

import { DuckDBInstance } from "@duckdb/node-api";
import { z } from "zod";

/** What the lake says, read by DuckDB: by nothing that wrote it. */
export interface LakeVerdict {
  /** Acknowledged ids that are in the lake. */
  readonly found: number;
  /** Acknowledged ids that are not. */
  readonly lost: number;
  /** Ids with more than one row, acknowledged or not. */
  readonly doubled: number;
  /** Events of the lake that nobody acknowledged: their answers were lost. */
  readonly unansweredFound: number;
  /** Events `sign_in`, which sessions make themselves. */
  readonly signIns: number;
  readonly sums: LakeSums;
  /** Without one-off shoppers. */
  readonly sumsOfKnown: LakeSums;
}

/** What counters and totals must come to. */
export interface LakeSums {
  readonly views: number;
  readonly carts: number;
  readonly purchases: number;
  readonly quantity: number;
}

const rowSchema = z.record(z.string(), z.coerce.number());
/** So many ids are named for whoever looks for the reason. */
export const EXAMPLES_MAX = 5;

function text(path: string): string {
  return `'${path.replaceAll("'", "''")}'`;
}

/** A DuckDB over acknowledged ids and copied files. */
class LakeReader {
  readonly #run: (sql: string) => Promise<Record<string, unknown>[]>;

  constructor(run: (sql: string) => Promise<Record<string, unknown>[]>) {
    this.#run = run;
  }

  async one(sql: string): Promise<Record<string, number>> {
    return rowSchema.parse((await this.#run(sql))[0]);
  }

  async texts(sql: string): Promise<string[]> {
    return (await this.#run(sql)).map((row) => String(Object.values(row)[0]));
  }
}

async function withReader<Value>(
  lakeFolder: string,
  csv: string,
  use: (reader: LakeReader) => Promise<Value>,
): Promise<Value> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const files = (table: string): string => text(join(lakeFolder, table, "**/*.parquet"));
  const view = (table: string, none: string): string =>
    existsSync(join(lakeFolder, table))
      ? `CREATE VIEW ${table} AS SELECT * FROM read_parquet(${files(table)}, hive_partitioning = true)`
      : `CREATE VIEW ${table} AS SELECT ${none} WHERE false`;
  try {
    await connection.run(view("events", "'' AS event_id, '' AS name, '' AS shopper_kind, [0] AS items"));
    await connection.run(view("orders", "'' AS shopper_kind, 0 AS purchases, 0 AS quantity"));
    await connection.run(
      `CREATE TABLE acknowledged AS SELECT event_id FROM read_csv(${text(csv)}, header = true, columns = {'event_id': 'VARCHAR'})`,
    );
    await connection.run(
      "CREATE TABLE ids AS SELECT event_id, count(*) AS rows, any_value(name) AS name FROM events GROUP BY 1",
    );
    return await use(new LakeReader(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson()));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function sumsOf(reader: LakeReader, condition: string): Promise<LakeSums> {
  const seen = await reader.one(
    `SELECT coalesce(sum(len(items)) FILTER (name = 'view_item'), 0) AS views,
       coalesce(sum(len(items)) FILTER (name = 'add_to_cart'), 0) AS carts FROM events WHERE ${condition}`,
  );
  const sold = await reader.one(
    `SELECT coalesce(sum(purchases), 0) AS purchases, coalesce(sum(quantity), 0) AS quantity
     FROM orders WHERE ${condition}`,
  );
  return {
    views: seen["views"] ?? 0,
    carts: seen["carts"] ?? 0,
    purchases: sold["purchases"] ?? 0,
    quantity: sold["quantity"] ?? 0,
  };
}

/**
 * Compares what was acknowledged with what the lake holds.
 * @param lakeFolder folder of the copied files
 * @param csv file of acknowledged ids
 */
export function judgeLake(lakeFolder: string, csv: string): Promise<LakeVerdict> {
  return withReader(lakeFolder, csv, async (reader) => {
    const { found = 0, lost = 0 } = await reader.one(
      `SELECT count(ids.event_id) AS found, count(*) - count(ids.event_id) AS lost
       FROM acknowledged LEFT JOIN ids USING (event_id)`,
    );
    const others = await reader.one(
      `SELECT count(*) FILTER (rows > 1) AS doubled, count(*) FILTER (name = 'sign_in') AS sign_ins,
         count(*) FILTER (name <> 'sign_in' AND event_id NOT IN (SELECT event_id FROM acknowledged)) AS unanswered
       FROM ids`,
    );
    return {
      found,
      lost,
      doubled: others["doubled"] ?? 0,
      unansweredFound: others["unanswered"] ?? 0,
      signIns: others["sign_ins"] ?? 0,
      sums: await sumsOf(reader, "true"),
      sumsOfKnown: await sumsOf(reader, "shopper_kind <> 'one_off'"),
    };
  });
}

/** The ids that are lost, and some of those that are doubled, for whoever looks for the reason. */
export function wrongIds(lakeFolder: string, csv: string): Promise<{ lost: string[]; doubled: string[] }> {
  return withReader(lakeFolder, csv, async (reader) => ({
    lost: await reader.texts("SELECT event_id FROM acknowledged ANTI JOIN ids USING (event_id) ORDER BY 1"),
    doubled: await reader.texts(`SELECT event_id FROM ids WHERE rows > 1 ORDER BY 1 LIMIT ${EXAMPLES_MAX}`),
  }));
}
