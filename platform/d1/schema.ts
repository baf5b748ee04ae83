import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

import type { EntityCounts, FeatureValues, OrderLine } from "../../domain/catalogue/records.ts";

/**
 * D1: the replica's facts as Endcap knows them, and the sync's own books. docs/storage-schema.md gives every column's
 * meaning and lifetime. Times are milliseconds since 1970 UTC. `changed_run` is the number of the run that last wrote
 * the row: what follows from a row (vectors, the catalogue snapshot) remembers the run through which it is up to date.
 */
export const users = sqliteTable("users", {
  userId: text("user_id").primaryKey(),
  /** ISO 3166-1 alpha-2, null when unknown. */
  country: text("country"),
  features: text("features", { mode: "json" }).notNull().$type<FeatureValues>(),
  rowHash: text("row_hash").notNull(),
  changedRun: integer("changed_run").notNull(),
  deletedAt: integer("deleted_at"),
});

export const items = sqliteTable("items", {
  itemId: text("item_id").primaryKey(),
  name: text("name").notNull(),
  category: text("category").notNull(),
  price: real("price").notNull(),
  /** Null where the source keeps no stock: always available. */
  stock: integer("stock"),
  hidden: integer("hidden", { mode: "boolean" }).notNull(),
  image: text("image"),
  url: text("url"),
  /** Further columns that shoppers may see. */
  publicValues: text("public_values", { mode: "json" }).notNull().$type<FeatureValues>(),
  features: text("features", { mode: "json" }).notNull().$type<FeatureValues>(),
  rowHash: text("row_hash").notNull(),
  changedRun: integer("changed_run").notNull(),
  deletedAt: integer("deleted_at"),
});

export const orders = sqliteTable(
  "orders",
  {
    orderId: text("order_id").primaryKey(),
    userId: text("user_id").notNull(),
    orderedAt: integer("ordered_at").notNull(),
    /** True where the source knows only the day. */
    dateOnly: integer("date_only", { mode: "boolean" }).notNull(),
    cancelled: integer("cancelled", { mode: "boolean" }).notNull(),
    lines: text("lines", { mode: "json" }).notNull().$type<OrderLine[]>(),
    rowHash: text("row_hash").notNull(),
    changedRun: integer("changed_run").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [index("orders_by_user").on(table.userId, table.orderedAt)],
);

export const ratings = sqliteTable(
  "ratings",
  {
    userId: text("user_id").notNull(),
    itemId: text("item_id").notNull(),
    /** 1–5. */
    rating: real("rating").notNull(),
    ratedAt: integer("rated_at"),
    rowHash: text("row_hash").notNull(),
    changedRun: integer("changed_run").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [primaryKey({ columns: [table.userId, table.itemId] })],
);

/** One row a run: what it read, changed, wrote, deleted and set aside, and the source's schema as it was. */
export const syncRuns = sqliteTable("sync_runs", {
  run: integer("run").primaryKey({ autoIncrement: true }),
  runId: text("run_id").notNull().unique(),
  trigger: text("trigger").notNull(),
  state: text("state").notNull(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
  counts: text("counts", { mode: "json" }).notNull().$type<Record<string, EntityCounts>>(),
  sourceSchema: text("source_schema", { mode: "json" }).$type<unknown>(),
  error: text("error"),
});

/** Where each entity's reading stands, and through which run each follower (vectors, snapshot) is up to date. */
export const syncState = sqliteTable("sync_state", {
  name: text("name").primaryKey(),
  value: text("value", { mode: "json" }).notNull().$type<unknown>(),
});

/** One holder at a time; a holder that died is followed when its time is over. */
export const leases = sqliteTable("leases", {
  name: text("name").primaryKey(),
  holder: text("holder").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

/** Rows that failed their contract (`set_aside`) or wait one run for a row that they refer to (`waiting`). */
export const syncQuarantine = sqliteTable(
  "sync_quarantine",
  {
    entity: text("entity").notNull(),
    rowKey: text("row_key").notNull(),
    state: text("state").notNull().$type<"waiting" | "set_aside">(),
    reason: text("reason").notNull(),
    detail: text("detail").notNull(),
    firstRun: integer("first_run").notNull(),
    lastRun: integer("last_run").notNull(),
  },
  (table) => [primaryKey({ columns: [table.entity, table.rowKey] })],
);

/** Model versions and how far each has come. */
export const models = sqliteTable("models", {
  version: text("version").primaryKey(),
  state: text("state").notNull().$type<"published" | "validated" | "indexed" | "active" | "retired" | "refused">(),
  manifest: text("manifest", { mode: "json" }).$type<unknown>(),
  problems: text("problems", { mode: "json" }).notNull().$type<string[]>(),
  /** Vectors of items written through this run are in the index. */
  indexedThroughRun: integer("indexed_through_run").notNull(),
  publishedAt: integer("published_at").notNull(),
  activatedAt: integer("activated_at"),
});

/** User embeddings of models that ship them by id rather than as a tower. */
export const userEmbeddings = sqliteTable(
  "user_embeddings",
  {
    version: text("version").notNull(),
    userId: text("user_id").notNull(),
    /** JSON array of numbers, `dimension` long. */
    embedding: text("embedding", { mode: "json" }).notNull().$type<number[]>(),
  },
  (table) => [primaryKey({ columns: [table.version, table.userId] })],
);

/** Exports and how far each has come. */
export const exports = sqliteTable("exports", {
  exportId: text("export_id").primaryKey(),
  state: text("state").notNull().$type<"running" | "complete" | "failed">(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
  error: text("error"),
});
