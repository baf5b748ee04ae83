import { DuckDBInstance } from "@duckdb/node-api";

/** Runs one statement in a DuckDB of its own and returns its rows as JSON (64-bit integers as texts). */
export async function queryDuckDb(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
