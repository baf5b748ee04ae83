import type { TestRuntime } from "../../support/runtime.ts";

/** A row of D1 as it is. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** Runs a query on the runtime's D1. */
export async function stored(runtime: TestRuntime, sql: string): Promise<StoredRow[]> {
  return (await runtime.env.DB.prepare(sql).all<StoredRow>()).results;
}

/** Everything that D1 holds, in every table of it, as one text. */
export async function dumpD1(runtime: TestRuntime): Promise<string> {
  const tables = await stored(
    runtime,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  );
  const dumps = await Promise.all(
    tables.map(
      async ({ name }) => `${String(name)} ${JSON.stringify(await stored(runtime, `SELECT * FROM "${String(name)}"`))}`,
    ),
  );
  return dumps.join("\n");
}
