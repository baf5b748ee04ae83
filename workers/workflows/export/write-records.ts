import type { FeatureValue } from "../../../domain/catalogue/records.ts";
import { ITEM_KEY_COLUMNS, USER_KEY_COLUMNS } from "../../../domain/exports/columns.ts";
import { stateAt } from "../../../domain/exports/history.ts";
import { EXPORT_PAGE_ROWS, EXPORT_ROW_GROUP_ROWS_MAX } from "../../../domain/exports/limits.ts";
import { EXPORT_PART_ROWS_MAX, type ExportColumn } from "../../../domain/exports/manifest.ts";
import { erasedAmong } from "../../../platform/d1/erased-user-store.ts";
import { readItemHistoriesPage } from "../../../platform/d1/versions/item-states.ts";
import { readUsersPage } from "../../../platform/d1/versions/user-states.ts";
import type { ExportContext } from "./context.ts";
import { itemCell } from "./item-columns.ts";
import { PartFile, type WrittenFiles } from "./part-file.ts";
import { userCell, userNames } from "./people.ts";

/** A part of `users` or `items`, and where the next begins. */
export interface WrittenRecords {
  readonly files: WrittenFiles;
  /** Users who were erased, and are still in D1. */
  readonly gone: number;
  /** Null: that was the last part. */
  readonly next: string | null;
}

/** Some records as rows, in the order of their table's columns. */
interface RecordsPage {
  readonly rows: readonly (readonly FeatureValue[])[];
  readonly gone: number;
  readonly next: string | null;
}

/** One of the tables that hold a record a row. */
export type RecordTable = "users" | "items";

/** The columns of `users` or `items`. */
export function recordColumns(table: RecordTable, { features }: Pick<ExportContext, "features">): ExportColumn[] {
  return table === "users" ? [...USER_KEY_COLUMNS, ...features.users] : [...ITEM_KEY_COLUMNS, ...features.items];
}

async function usersPage(context: ExportContext, after: string, rows: number): Promise<RecordsPage> {
  const { env, asOf, features } = context;
  const { pseudonymOf, nameOf } = userNames(context);
  const { users, next } = await readUsersPage(env.DB, after, rows, asOf);
  const pseudonyms = users.map(({ userId }) => pseudonymOf(userId));
  const erased = await erasedAmong(env.DB, pseudonyms);
  const kept = users.filter((_, place) => !erased.has(pseudonyms[place] ?? ""));
  return {
    rows: kept.map((user) => [nameOf(user.userId), ...features.users.map((column) => userCell(column, user))]),
    gone: users.length - kept.length,
    next,
  };
}

async function itemsPage({ env, asOf, features }: ExportContext, after: string, rows: number): Promise<RecordsPage> {
  const { items, next } = await readItemHistoriesPage(env.DB, after, rows, asOf);
  return {
    rows: items.flatMap(([itemId, history]) => {
      const { value } = stateAt(history, asOf);
      return value === null ? [] : [[itemId, ...features.items.map((column) => itemCell(column, value))]];
    }),
    gone: 0,
    next,
  };
}

/** Writes a part of `users` or `items` as they were; a table without rows has one part without rows. */
export async function writeRecordsPart(
  context: ExportContext,
  table: RecordTable,
  number: number,
  from: string,
): Promise<WrittenRecords> {
  const columns = recordColumns(table, context);
  const readPage = table === "users" ? usersPage : itemsPage;
  const file = new PartFile({ bucket: context.env.EXPORTS, id: context.id, csv: context.csv }, table, columns, number);
  let group: (readonly FeatureValue[])[] = [];
  const flush = async (): Promise<void> => {
    const rows = group;
    group = [];
    await file.writeGroup(rows.length, ({ name }) => {
      const place = columns.findIndex((column) => column.name === name);
      return rows.map((row) => row[place] ?? null);
    });
  };
  let next: string | null = from;
  let gone = 0;
  while (next !== null && file.rows + group.length < EXPORT_PART_ROWS_MAX) {
    const room = EXPORT_ROW_GROUP_ROWS_MAX - group.length;
    const page: RecordsPage = await readPage(context, next, Math.min(EXPORT_PAGE_ROWS, room));
    group.push(...page.rows);
    gone += page.gone;
    next = page.next;
    if (group.length === EXPORT_ROW_GROUP_ROWS_MAX) await flush();
  }
  await flush();
  return { files: await file.finish(), gone, next };
}
