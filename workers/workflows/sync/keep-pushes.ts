import type { ItemRecord, UserRecord } from "../../../domain/catalogue/records.ts";
import { fieldsOf, withPushes } from "../../../domain/sync/pushed-record.ts";
import { keepPushed, type PushedFields, saidLast, settlePushed } from "../../../domain/sync/pushes.ts";
import {
  dropPushes,
  type FieldChange,
  keptPushesStatements,
  readOverduePushes,
  readPushes,
  settledPushesStatements,
  type StoredPush,
} from "../../../platform/d1/kept-push-store.ts";
import type { PushEntity } from "../../../platform/d1/push-sql.ts";

/** Rows whose pushes are settled in one transaction. */
const SETTLED_ROWS_MAX = 500;

function pushedFields(stored: ReadonlyMap<string, StoredPush>): PushedFields {
  return Object.fromEntries([...stored].map(([name, { field }]) => [name, field]));
}

/**
 * Which of the shop's pushes hold against these rows of the source, which are about to be written.
 *
 * The statements come behind those that write the rows, in the same batch; they are there for every page, since the
 * shop may push for the first time between this and the batch, and they read the push rows anew (see
 * `keptPushesStatements`).
 * @param records the source's own records by item or user id
 * @param now no later than when the rows were read from the source: what is pushed after it is newer than they are
 * @param holdSeconds how long a push holds against anything that the source says
 * @returns the records with what was pushed over them, and the statements
 */
export async function keepPushes(
  db: D1Database,
  entity: PushEntity,
  records: ReadonlyMap<string, ItemRecord | UserRecord>,
  now: Date,
  holdSeconds: number,
): Promise<{ records: Map<string, ItemRecord | UserRecord>; statements: D1PreparedStatement[] }> {
  const keys = [...records.keys()];
  const pushes = await readPushes(db, entity, keys);
  const effective = new Map(records);
  const changes = new Map<string, Map<string, FieldChange>>();
  for (const [key, stored] of pushes) {
    const record = records.get(key);
    if (record === undefined) continue;
    const source = fieldsOf(record);
    const kept = keepPushed(pushedFields(stored), source, now.getTime(), holdSeconds);
    effective.set(key, withPushes(record, kept));
    // Every field, also those that stay as they are: one that is not named counts as pushed since.
    const own = [...stored].map(([name, before]): [string, FieldChange] => [
      name,
      { before, after: kept[name] ?? null, said: source[name] ?? null },
    ]);
    changes.set(key, new Map(own));
  }
  return { records: effective, statements: keptPushesStatements(db, entity, keys, changes) };
}

/** Statements that forget what was pushed about rows that the source has deleted. */
export function dropPushesStatements(
  db: D1Database,
  entity: PushEntity,
  keys: readonly string[],
): D1PreparedStatement[] {
  return dropPushes(db, entity, keys);
}

/**
 * Ends pushes whose hold time is over and that the source has confirmed or spoken against while they were young. Their
 * rows are not read again, since nothing in the source changes any more: what it said last is kept with the push. To be
 * called by the holder of the sync's lease, once a run, before vectors and snapshot follow.
 * @returns how many rows it looked at
 */
export async function settlePushes(
  db: D1Database,
  entity: PushEntity,
  now: Date,
  holdSeconds: number,
): Promise<number> {
  const before = new Date(now.getTime() - holdSeconds * 1000);
  for (let rows = 0; ;) {
    const overdue = await readOverduePushes(db, entity, before, SETTLED_ROWS_MAX);
    const changes = new Map<string, Map<string, FieldChange>>();
    for (const [key, stored] of overdue) {
      const kept = settlePushed(pushedFields(stored), now.getTime(), holdSeconds);
      const ended = [...stored].flatMap(([name, push]): [string, FieldChange][] =>
        kept[name] === undefined ? [[name, { before: push, after: null, said: saidLast(push.field) }]] : [],
      );
      if (ended.length > 0) changes.set(key, new Map(ended));
    }
    // Nothing ends although something was found: no further look would find anything else.
    if (changes.size === 0) return rows;
    await db.batch(settledPushesStatements(db, entity, changes));
    rows += changes.size;
    if (overdue.size < SETTLED_ROWS_MAX) return rows;
  }
}
