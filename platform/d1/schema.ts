import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

import type { EntityCounts, FeatureValues, OrderLine } from "../../domain/catalogue/records.ts";
import type { ExportParams } from "../../domain/exports/params.ts";
import type { ModelState } from "../../domain/models/lifecycle.ts";
import type { PushedFields } from "../../domain/sync/pushes.ts";
import type { EntityOutcome } from "../../domain/sync/run.ts";

/**
 * D1: the replica's facts as Endcap knows them, and the sync's own books. docs/storage-schema.md gives every column's
 * meaning and lifetime. Times are milliseconds since 1970 UTC. `changed_run` is the number of the run that last wrote
 * the row: what follows from a row (vectors, the catalogue snapshot) remembers the run through which it is up to date.
 * users, orders and ratings (migration 0002), what was before (0004, 0005), shadow_hours (0006) and what is counted (0003,
 * 0007) are WITHOUT ROWID, which cannot be said here, nor can the triggers of 0004 and 0005 that write the tables *_versions.
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

export const items = sqliteTable(
  "items",
  {
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
  },
  // What follows a run reads only what the run wrote.
  (table) => [index("items_by_run").on(table.changedRun)],
);

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
  (table) => [
    index("orders_by_user").on(table.userId, table.orderedAt),
    // Who bought in a week (docs/analytics.md).
    index("orders_by_time").on(table.orderedAt),
  ],
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
export const syncRuns = sqliteTable(
  "sync_runs",
  {
    run: integer("run").primaryKey({ autoIncrement: true }),
    runId: text("run_id").notNull().unique(),
    trigger: text("trigger").notNull(),
    state: text("state").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
    counts: text("counts", { mode: "json" }).notNull().$type<Record<string, EntityCounts>>(),
    /** Null in runs that are older than a week (sync-run-retention.ts). */
    sourceSchema: text("source_schema", { mode: "json" }).$type<unknown>(),
    /** What became of each entity; null in runs of a version that did not say. */
    entities: text("entities", { mode: "json" }).$type<Record<string, EntityOutcome>>(),
    /** How far the replica was behind its primary when the run began, in seconds; null when it does not say. */
    lagSeconds: real("lag_seconds"),
    /** The announcement that made a failure expected. */
    announcementId: text("announcement_id"),
    error: text("error"),
  },
  // How good the data was since a time, and which runs are too old.
  (table) => [index("sync_runs_by_time").on(table.startedAt)],
);

/**
 * How an entity's rows are divided: each range holds the rows after `after` up to and with `upto` in the source's own
 * order of its key, and the checksum that the source computed over them when they were last read.
 */
export const syncRanges = sqliteTable(
  "sync_ranges",
  {
    entity: text("entity").notNull(),
    /** Grows with every new range of the entity; says nothing about order. */
    id: integer("id").notNull(),
    /** Key of the row before the range, null before the first. */
    after: text("after_key", { mode: "json" }).$type<readonly string[]>(),
    /** Key of the range's last row, null for the end of the table. */
    upto: text("upto_key", { mode: "json" }).$type<readonly string[]>(),
    /** True for a range of an earlier key or table, of which only the keys still matter. */
    retired: integer("retired", { mode: "boolean" }).notNull(),
    rowCount: integer("row_count").notNull(),
    /** Null where the range must be read whatever the source says. */
    checksum: text("checksum"),
    /** Row keys that were in the range when it was last read. */
    rowKeys: text("row_keys", { mode: "json" }).notNull().$type<readonly string[]>(),
  },
  (table) => [primaryKey({ columns: [table.entity, table.id] })],
);

/** Changes of the source's format, as runs noticed them. */
export const schemaChanges = sqliteTable("schema_changes", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  run: integer("run").notNull(),
  noticedAt: integer("noticed_at").notNull(),
  entity: text("entity").notNull(),
  tableName: text("table_name").notNull(),
  columnName: text("column_name"),
  kind: text("kind").notNull(),
  before: text("before"),
  after: text("after"),
  effect: text("effect").notNull(),
  message: text("message").notNull(),
  announcementId: text("announcement_id"),
});

/** What people are told, once: open while it lasts. A thing that only happens is opened and closed at once. */
export const notices = sqliteTable(
  "notices",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    kind: text("kind").notNull(),
    /** What it is about: an entity, a table, a column. */
    subject: text("subject").notNull(),
    message: text("message").notNull(),
    openedAt: integer("opened_at").notNull(),
    closedAt: integer("closed_at"),
    /** The announcement that made it expected: then nobody is alarmed. */
    announcementId: text("announcement_id"),
  },
  (table) => [
    uniqueIndex("notices_open")
      .on(table.kind, table.subject)
      .where(sql`closed_at IS NULL`),
    index("notices_by_time").on(table.openedAt),
  ],
);

/** Changes and outages that the source's engineers have announced. */
export const announcements = sqliteTable("announcements", {
  id: text("id").primaryKey(),
  kind: text("kind").notNull().$type<"change" | "outage">(),
  /** Tables that it is about; null for the whole source. */
  tables: text("tables", { mode: "json" }).$type<readonly string[]>(),
  startsAt: integer("starts_at").notNull(),
  endsAt: integer("ends_at").notNull(),
  note: text("note").notNull(),
  createdAt: integer("created_at").notNull(),
});

/** The feature catalogue: what is known of each feature of users and items. */
export const features = sqliteTable(
  "features",
  {
    entity: text("entity").notNull().$type<"users" | "items">(),
    name: text("name").notNull(),
    kind: text("kind").notNull(),
    /** `active`, `proposed` (a column of a person's that nobody has configured), `gone`. */
    state: text("state").notNull().$type<"active" | "proposed" | "gone">(),
    /** The name that the configuration says it had before. */
    was: text("was"),
    firstSeenAt: integer("first_seen_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    /** Rows that the figures were counted over; null before they were counted. */
    rowCount: integer("row_count"),
    nulls: integer("nulls"),
    distinctValues: integer("distinct_values"),
    minimum: text("minimum"),
    maximum: text("maximum"),
    countedAt: integer("counted_at"),
  },
  (table) => [primaryKey({ columns: [table.entity, table.name] })],
);

/** What the shop pushed about an item beside the sync; `seq` grows with every push of any item. */
export const itemPushes = sqliteTable(
  "item_pushes",
  {
    itemId: text("item_id").primaryKey(),
    fields: text("fields", { mode: "json" }).notNull().$type<PushedFields>(),
    seq: integer("seq").notNull(),
  },
  (table) => [index("item_pushes_by_seq").on(table.seq)],
);

/** What the shop pushed about a user beside the sync. */
export const userPushes = sqliteTable("user_pushes", {
  userId: text("user_id").primaryKey(),
  fields: text("fields", { mode: "json" }).notNull().$type<PushedFields>(),
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
  /** As it was noted last: which one is active, and which a shadow, control.json says. */
  state: text("state").notNull().$type<ModelState>(),
  manifest: text("manifest", { mode: "json" }).$type<unknown>(),
  problems: text("problems", { mode: "json" }).notNull().$type<string[]>(),
  /** Vectors of items written through this run are in the index. */
  indexedThroughRun: integer("indexed_through_run").notNull(),
  publishedAt: integer("published_at").notNull(),
  activatedAt: integer("activated_at"),
  /** Null unless it is retired. */
  retiredAt: integer("retired_at"),
});

function counted(name: string) {
  return integer(name).notNull();
}

function summed(name: string) {
  return real(name).notNull();
}

function listOfNumbers(name: string) {
  return text(name, { mode: "json" }).notNull().$type<number[]>();
}

/** An hour of a shadow beside an active model: columns are those of `domain/models/shadow-tally.ts`. */
export const shadowHours = sqliteTable(
  "shadow_hours",
  {
    /** Beginning of the hour. */
    hour: integer("hour").notNull(),
    activeVersion: text("active_version").notNull(),
    shadowVersion: text("shadow_version").notNull(),
    compared: counted("compared"),
    dropped: counted("dropped"),
    degraded: counted("degraded"),
    failed: counted("failed"),
    late: counted("late"),
    active_empty: counted("active_empty"),
    shadow_empty: counted("shadow_empty"),
    impersonal: counted("impersonal"),
    overlap_sum: summed("overlap_sum"),
    overlap_squares: summed("overlap_squares"),
    tau_count: counted("tau_count"),
    tau_sum: summed("tau_sum"),
    active_score_sum: summed("active_score_sum"),
    shadow_score_sum: summed("shadow_score_sum"),
    active_milliseconds_sum: summed("active_milliseconds_sum"),
    shadow_milliseconds_sum: summed("shadow_milliseconds_sum"),
    overlaps: listOfNumbers("overlaps"),
    active_scores: listOfNumbers("active_scores"),
    shadow_scores: listOfNumbers("shadow_scores"),
    active_milliseconds: listOfNumbers("active_milliseconds"),
    shadow_milliseconds: listOfNumbers("shadow_milliseconds"),
    active_items: listOfNumbers("active_items"),
    shadow_items: listOfNumbers("shadow_items"),
    active_score_min: real("active_score_min"),
    shadow_score_min: real("shadow_score_min"),
    active_score_max: real("active_score_max"),
    shadow_score_max: real("shadow_score_max"),
  },
  (table) => [primaryKey({ columns: [table.shadowVersion, table.hour, table.activeVersion] })],
);

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
  /** `removed`: it was complete, and its files are gone. */
  state: text("state").notNull().$type<"running" | "complete" | "failed" | "removed">(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
  error: text("error"),
  /** The default is what exports were before they had parameters: of the moment, and with the shop's own user ids. */
  params: text("params", { mode: "json" })
    .notNull()
    .$type<ExportParams>()
    .default({ asOf: null, csv: false, userIds: "raw" }),
  trigger: text("trigger").notNull().$type<ExportTrigger>().default("api"),
  /** The moment as of which everything was read; null until it is complete. */
  asOf: integer("as_of"),
  rows: integer("rows"),
  bytes: integer("bytes"),
});
export type ExportTrigger = "cron" | "api";

/**
 * What a user was before `until`: `existed` says whether there was one. Written by triggers, also the tables for items
 * and ratings, and without a row for what cannot be told apart in an export. A deleted user has none. WITHOUT ROWID.
 */
export const userVersions = sqliteTable(
  "user_versions",
  {
    userId: text("user_id").notNull(),
    until: integer("until").notNull(),
    country: text("country"),
    features: text("features", { mode: "json" }).$type<FeatureValues>(),
    existed: integer("existed", { mode: "boolean" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.until] })],
);

/** What an item was before `until`, like {@link userVersions}. WITHOUT ROWID. */
export const itemVersions = sqliteTable(
  "item_versions",
  {
    itemId: text("item_id").notNull(),
    until: integer("until").notNull(),
    name: text("name"),
    category: text("category"),
    price: real("price"),
    features: text("features", { mode: "json" }).$type<FeatureValues>(),
    existed: integer("existed", { mode: "boolean" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.until] })],
);

/** What a rating was before `until`, like {@link userVersions}. WITHOUT ROWID. */
export const ratingVersions = sqliteTable(
  "rating_versions",
  {
    userId: text("user_id").notNull(),
    itemId: text("item_id").notNull(),
    until: integer("until").notNull(),
    rating: real("rating"),
    ratedAt: integer("rated_at"),
    existed: integer("existed", { mode: "boolean" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.itemId, table.until] })],
);

/** What the catalogue said of a feature before `until`, like {@link userVersions}; figures have no versions. WITHOUT ROWID. */
export const featureVersions = sqliteTable(
  "feature_versions",
  {
    entity: text("entity").notNull().$type<"users" | "items">(),
    name: text("name").notNull(),
    until: integer("until").notNull(),
    kind: text("kind"),
    state: text("state").$type<"active" | "proposed" | "gone">(),
    was: text("was"),
    existed: integer("existed", { mode: "boolean" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.entity, table.name, table.until] })],
);

/** The column of exports that a feature of a type has, for ever. WITHOUT ROWID. */
export const exportColumns = sqliteTable(
  "export_columns",
  {
    entity: text("entity").notNull().$type<"users" | "items">(),
    feature: text("feature").notNull(),
    type: text("type").notNull(),
    name: text("name").notNull(),
    /** The name in small letters: many readers of tables tell no case, and SQLite's lower() knows ASCII only. */
    foldedName: text("folded_name").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.entity, table.feature, table.type] }),
    uniqueIndex("export_columns_by_name").on(table.entity, table.foldedName),
  ],
);

/** Users who were erased, by the pseudonym that exports and the lake know them by. WITHOUT ROWID. */
export const erasedUsers = sqliteTable("erased_users", {
  pseudonym: text("pseudonym").primaryKey(),
  erasedAt: integer("erased_at").notNull(),
});

/** What this deployment was made with and must stay with, by name (`ledger_shards`). */
export const deployment = sqliteTable("deployment", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});

/**
 * The journal sequence of each ledger shard that is in the counters: a flush that comes again adds nothing (decision 13).
 * WITHOUT ROWID, like all tables of counters.
 */
export const ledgerCounted = sqliteTable("ledger_counted", {
  shard: integer("shard").primaryKey(),
  sequence: integer("sequence").notNull(),
});

/** When something was counted, and in which money. */
function countedWhen() {
  return {
    /** Beginning of the hour, or of the UTC day. */
    hour: integer("hour").notNull(),
    /** `day` for orders of which only the day is known, and for hours that were rolled up. */
    grain: text("grain").notNull().$type<"hour" | "day">(),
    /** Of the money: empty for the shop's own, else the ISO 4217 code of one that is kept apart. */
    currency: text("currency").notNull(),
  };
}

/** The same, and of which country. */
function countedWhere() {
  return {
    ...countedWhen(),
    /** ISO 3166-1 alpha-2, empty when unknown. */
    country: text("country").notNull(),
  };
}

/** What shoppers did. */
function countedDoings() {
  return {
    views: integer("views").notNull(),
    carts: integer("carts").notNull(),
    removals: integer("removals").notNull(),
    /** Orders that hold the item, for each item; a cancelled one is taken off again. */
    purchases: integer("purchases").notNull(),
    /** Pieces bought. */
    quantity: real("quantity").notNull(),
    revenue: real("revenue").notNull(),
  };
}

/** What shoppers did with an item in an hour (or on a day). `item_id` is empty for the tail of an old day, added up. */
export const hourlyItems = sqliteTable(
  "hourly_items",
  {
    ...countedWhere(),
    itemId: text("item_id").notNull(),
    ...countedDoings(),
    /**
     * The product line that all of the row is counted under, so that a refund is taken from the line that has the sale:
     * that of the item when the row was made, empty for one that nobody knew. Null for a tail, and in rows of versions
     * that did not note it.
     */
    line: text("line"),
  },
  (table) => [
    primaryKey({ columns: [table.hour, table.grain, table.itemId, table.country, table.currency] }),
    // What sold: a twentieth of the rows, and all that questions about sales of many items need to read.
    index("hourly_items_sold")
      .on(table.hour, table.grain, table.itemId, table.country, table.currency, table.quantity, table.revenue)
      .where(sql`quantity <> 0 OR revenue <> 0`),
  ],
);

/** The same by product line: that of {@link hourlyItems}, where it is noted; else the item's own when it was counted. */
export const hourlyLineCountries = sqliteTable(
  "hourly_line_countries",
  { ...countedWhere(), line: text("line").notNull(), ...countedDoings() },
  (table) => [primaryKey({ columns: [table.hour, table.grain, table.line, table.country, table.currency] })],
);

/** The same of all countries together: what most questions are about, in a row where there would be one a country. */
export const hourlyLines = sqliteTable(
  "hourly_lines",
  { ...countedWhen(), line: text("line").notNull(), ...countedDoings() },
  (table) => [primaryKey({ columns: [table.hour, table.grain, table.line, table.currency] })],
);

/** What a flush counted by line and country, until it is brought into the two tables above (line-deltas.ts). */
export const lineDeltas = sqliteTable("line_deltas", {
  id: integer("id").primaryKey(),
  /** A JSON list of lists: hour, grain, line, country, currency, views, carts, removals, purchases, quantity, revenue. */
  entries: text("entries").notNull(),
});

/** Orders that hold anything, each once. */
export const hourlyOrders = sqliteTable(
  "hourly_orders",
  { ...countedWhere(), orders: integer("orders").notNull() },
  (table) => [primaryKey({ columns: [table.hour, table.grain, table.country, table.currency] })],
);

/** What came of recommendations in an hour (or on a day, once rolled up). */
export const hourlyRecommendations = sqliteTable(
  "hourly_recommendations",
  {
    hour: integer("hour").notNull(),
    grain: text("grain").notNull().$type<"hour" | "day">(),
    placement: text("placement").notNull(),
    strategy: text("strategy").notNull(),
    /** Empty where there was no model. */
    modelVersion: text("model_version").notNull(),
    /** Empty outside experiments. */
    arm: text("arm").notNull(),
    /** Of the revenue, as in {@link hourlyItems}. */
    currency: text("currency").notNull(),
    /** Items answered. */
    served: integer("served").notNull(),
    /** Items shown. */
    impressions: integer("impressions").notNull(),
    clicks: integer("clicks").notNull(),
    carts: integer("carts").notNull(),
    purchases: integer("purchases").notNull(),
    quantity: real("quantity").notNull(),
    revenue: real("revenue").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.hour,
        table.grain,
        table.placement,
        table.strategy,
        table.modelVersion,
        table.arm,
        table.currency,
      ],
    }),
  ],
);

/** Shoppers who did something in a week; `kind` is `user` or `client` (a browser that nobody signed in with). */
export const weeklyShoppers = sqliteTable(
  "weekly_shoppers",
  {
    /** Beginning of the week, Monday 00:00 UTC. */
    week: integer("week").notNull(),
    kind: text("kind").notNull().$type<"user" | "client">(),
    newShoppers: integer("new_shoppers").notNull(),
    returningShoppers: integer("returning_shoppers").notNull(),
  },
  (table) => [primaryKey({ columns: [table.week, table.kind] })],
);

/** Answers by the hour in which they were given. */
export const hourlyServed = sqliteTable("hourly_served", {
  /** Beginning of the hour. */
  hour: integer("hour").primaryKey(),
  answers: integer("answers").notNull(),
  items: integer("items").notNull(),
  /** Answers of which a stage was left out. */
  degraded: integer("degraded").notNull(),
  /** Answers later than the objective (domain/analytics/limits.ts). */
  slow: integer("slow").notNull(),
  /** Answers that isolates could not send. */
  lost: integer("lost").notNull(),
});

/** Why stages were left out, by hour: an answer with two reasons counts under both. */
export const hourlyDegraded = sqliteTable(
  "hourly_degraded",
  {
    hour: integer("hour").notNull(),
    reason: text("reason").notNull(),
    answers: integer("answers").notNull(),
  },
  (table) => [primaryKey({ columns: [table.hour, table.reason] })],
);

/** Messages of the queue `served` that are counted: one that comes again, in whatever company, counts nothing. */
export const servedMessages = sqliteTable("served_messages", {
  messageId: text("message_id").primaryKey(),
  writtenAt: integer("written_at").notNull(),
});

/** Unusual demand (docs/analytics.md). At most one is open per subject and signal. */
export const spikes = sqliteTable(
  "spikes",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    scope: text("scope").notNull().$type<"item" | "line">(),
    /** The item's id, or the line. */
    subject: text("subject").notNull(),
    /** What there is more of: views, or orders. */
    signal: text("signal").notNull().$type<"interest" | "sales">(),
    /** When it was noticed. */
    startedAt: integer("started_at").notNull(),
    /** When it was last seen. */
    seenAt: integer("seen_at").notNull(),
    endedAt: integer("ended_at"),
    /** Of the last look that saw it: the hour, what was counted in it so far, what the baseline expects up to then. */
    hour: integer("hour").notNull(),
    observed: real("observed").notNull(),
    expected: real("expected").notNull(),
    /** Chance of as much or more under the baseline. */
    pValue: real("p_value").notNull(),
    /** The largest ratio of observed to expected, and its hour. */
    peakRatio: real("peak_ratio").notNull(),
    peakHour: integer("peak_hour").notNull(),
  },
  (table) => [
    uniqueIndex("spikes_open")
      .on(table.scope, table.subject, table.signal)
      .where(sql`ended_at IS NULL`),
  ],
);

/** Messages about notices to people's own systems: one per notice, phase and target. WITHOUT ROWID. */
export const noticeDeliveries = sqliteTable(
  "notice_deliveries",
  {
    noticeId: integer("notice_id").notNull(),
    phase: text("phase").notNull().$type<"opened" | "closed">(),
    target: text("target").notNull(),
    attempts: integer("attempts").notNull(),
    /** When to try next; null when there is nothing more to try. */
    nextAt: integer("next_at"),
    deliveredAt: integer("delivered_at"),
    /** Of the last attempt, null when it was taken, and while one is being made. */
    error: text("error"),
  },
  (table) => [primaryKey({ columns: [table.noticeId, table.phase, table.target] })],
);

/** A file of what could not be taken: `quarantine/…` or `dead-letters/…` in LAKE. */
export const keptFiles = sqliteTable(
  "kept_files",
  {
    key: text("key").primaryKey(),
    /** `quarantine` or `dead-letter`. */
    kind: text("kind").notNull(),
    /** `events`, `orders`, `features`, or the queue's name. */
    source: text("source").notNull(),
    writtenAt: integer("written_at").notNull(),
    records: integer("records").notNull(),
    /** Reason → how many. */
    reasons: text("reasons", { mode: "json" }).notNull().$type<Record<string, number>>(),
    replayedAt: integer("replayed_at"),
    /** What the last replay came to, by outcome. */
    replay: text("replay", { mode: "json" }).$type<Record<string, number>>(),
  },
  // Rows stay for ever: nobody who asks about some days reads the others.
  (table) => [index("kept_files_by_kind").on(table.kind, table.writtenAt)],
);

/** An hour of a table of the lake, as compaction left it. */
export const lakeHours = sqliteTable(
  "lake_hours",
  {
    tableName: text("table_name").notNull(),
    /** Beginning of the hour of ingest. */
    hour: integer("hour").notNull(),
    /**
     * `compacted`: readers take the large files; `swept`: the small ones are gone; `refused`: it stays as it is until
     * what the log says is mended.
     */
    state: text("state").notNull().$type<"compacted" | "swept" | "refused">(),
    smallFiles: integer("small_files").notNull(),
    largeFiles: integer("large_files").notNull(),
    rows: integer("rows").notNull(),
    compactedAt: integer("compacted_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tableName, table.hour] })],
);
