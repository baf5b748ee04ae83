import {
  featureColumns,
  INTERACTION_COLUMNS,
  ITEM_COLUMNS,
  RATING_COLUMNS,
  toCell,
  USER_COLUMNS,
} from "../../../domain/exports/columns.ts";
import type { ExportColumn, ExportTable } from "../../../domain/exports/manifest.ts";
import {
  type PageCursor,
  readFeatureKinds,
  readItemPage,
  readOrderPage,
  readRatingPage,
  readUserPage,
} from "../../../platform/d1/export-reader.ts";
import type { ParquetCell } from "../../../platform/parquet/encode-parquet.ts";

/** Records per statement: one answer of D1 stays small. */
const PAGE_RECORDS = 1_000;
/** Fewer orders, since each brings its lines. */
const PAGE_ORDERS = 200;

/** Some rows of a table, and where the next page begins (null = there is none). */
export interface TablePage {
  readonly rows: readonly (readonly ParquetCell[])[];
  readonly next: PageCursor | null;
}

/** How one table of an export is read from D1. */
interface TableSource {
  columns(db: D1Database): Promise<readonly ExportColumn[]>;
  page(db: D1Database, columns: readonly ExportColumn[], after: PageCursor): Promise<TablePage>;
}

function pageOf<Row>(
  records: readonly Row[],
  most: number,
  rowsOf: (record: Row) => ParquetCell[][],
  keyOf: (record: Row) => PageCursor,
): TablePage {
  const last = records.at(-1);
  return {
    rows: records.flatMap(rowsOf),
    next: last === undefined || records.length < most ? null : keyOf(last),
  };
}

/** The tables of an export. One order makes as many rows of `interactions` as it has lines. */
export const TABLE_SOURCES: Readonly<Record<ExportTable, TableSource>> = {
  users: {
    columns: async (db) => [
      ...USER_COLUMNS,
      ...featureColumns("user_", USER_COLUMNS, await readFeatureKinds(db, "users")),
    ],
    page: async (db, columns, after) =>
      pageOf(
        await readUserPage(db, after, PAGE_RECORDS),
        PAGE_RECORDS,
        (user) => [[user.userId, user.country, ...featureCells(columns, USER_COLUMNS.length, user.features)]],
        (user) => [user.userId],
      ),
  },
  items: {
    columns: async (db) => [
      ...ITEM_COLUMNS,
      ...featureColumns("item_", ITEM_COLUMNS, await readFeatureKinds(db, "items")),
    ],
    page: async (db, columns, after) =>
      pageOf(
        await readItemPage(db, after, PAGE_RECORDS),
        PAGE_RECORDS,
        (item) => [
          [
            item.itemId,
            item.name,
            item.category,
            item.price,
            ...featureCells(columns, ITEM_COLUMNS.length, item.features),
          ],
        ],
        (item) => [item.itemId],
      ),
  },
  ratings: {
    columns: () => Promise.resolve(RATING_COLUMNS),
    page: async (db, _columns, after) =>
      pageOf(
        await readRatingPage(db, after, PAGE_RECORDS),
        PAGE_RECORDS,
        (row) => [[row.userId, row.itemId, row.rating, row.ratedAt === null ? null : new Date(row.ratedAt)]],
        (row) => [row.userId, row.itemId],
      ),
  },
  interactions: {
    columns: () => Promise.resolve(INTERACTION_COLUMNS),
    page: async (db, _columns, after) =>
      pageOf(
        await readOrderPage(db, after, PAGE_ORDERS),
        PAGE_ORDERS,
        (order) =>
          order.lines.map((line) => [
            order.userId,
            line.item_id,
            line.quantity,
            line.price,
            new Date(order.orderedAt),
            order.orderId,
          ]),
        (order) => [order.orderId],
      ),
  },
};

function featureCells(
  columns: readonly ExportColumn[],
  fixed: number,
  features: Readonly<Record<string, string | number | boolean | null>>,
): ParquetCell[] {
  return columns.slice(fixed).map((column) => toCell(column, features[column.feature ?? ""]));
}
