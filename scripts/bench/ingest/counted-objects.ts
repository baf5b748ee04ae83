import { add, type IngestCounts, tableOf } from "./counts.ts";

/** Counts what an object writes from now on: rows as its cursors report them, and each alarm that is set as one. */
export function countWrites(storage: DurableObjectStorage, of: string, counts: IngestCounts): void {
  const { sql } = storage;
  const exec = sql.exec.bind(sql) as (query: string, ...bindings: unknown[]) => SqlStorageCursor<never>;
  let last: { cursor: SqlStorageCursor<never>; table: string } | null = null;
  const settle = (): void => {
    if (last !== null) add(counts.rows, `${of} ${last.table}`, last.cursor.rowsWritten);
    last = null;
  };
  // A cursor knows its rows when it has been read, which it has when the next statement comes.
  const counting = (query: string, ...bindings: unknown[]): SqlStorageCursor<never> => {
    settle();
    const cursor = exec(query, ...bindings);
    last = { cursor, table: tableOf(query) };
    queueMicrotask(settle);
    return cursor;
  };
  Object.defineProperty(sql, "exec", { value: counting });
  const setAlarm = storage.setAlarm.bind(storage);
  Object.defineProperty(storage, "setAlarm", {
    value: (at: number | Date): Promise<void> => {
      add(counts.rows, `${of} alarm`, 1);
      return setAlarm(at);
    },
  });
}
