import { EVENTS_TABLE } from "./events-table.ts";
import type { LakeTable, LakeTableName } from "./lake-table.ts";
import { ORDERS_TABLE } from "./orders-table.ts";
import { RECOMMENDATIONS_TABLE } from "./recommendations-table.ts";

/** What compaction needs to know of a table beside its columns. */
export interface LakeTableTraits {
  readonly table: LakeTable;
  /** The time by which the rows of a large file's row group are sorted: readers skip row groups by it. */
  readonly sortColumn: string;
  /** The column whose values are compared between what went into a large file and what is in it. */
  readonly proofColumn: string;
  /** Where its files come from: a ledger knows when an hour has all of its own, a queue never does. */
  readonly source: "ledger" | "queue";
  /** For a table that is delivered at least once: rows that agree in these columns are one. The first names groups. */
  readonly identity: readonly [string, ...string[]] | null;
}

/** Every table of the lake. */
export const LAKE_TABLE_TRAITS: Readonly<Record<LakeTableName, LakeTableTraits>> = {
  events: {
    table: EVENTS_TABLE,
    sortColumn: "event_time",
    proofColumn: "event_id",
    source: "ledger",
    identity: null,
  },
  orders: {
    table: ORDERS_TABLE,
    sortColumn: "changed_at",
    proofColumn: "change_id",
    source: "ledger",
    identity: null,
  },
  recommendations: {
    table: RECOMMENDATIONS_TABLE,
    sortColumn: "event_time",
    proofColumn: "item_id",
    source: "queue",
    identity: ["recommendation_id", "strategy", "rank"],
  },
};
