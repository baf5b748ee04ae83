import { and, asc, eq, gt, inArray, max, ne, notInArray, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { EmbeddingRow } from "../../domain/models/embeddings-csv.ts";
import type { ModelPointers, ModelState } from "../../domain/models/lifecycle.ts";
import { type ModelManifest, manifestSchema } from "../../domain/models/manifest.ts";
import { items, models, syncRuns, userEmbeddings } from "./schema.ts";

/** A model version and how far it has come. */
export interface ModelRow {
  readonly version: string;
  readonly state: ModelState;
  /** Null until it has been validated. */
  readonly manifest: ModelManifest | null;
  /** Why it was refused. */
  readonly problems: readonly string[];
  /** Vectors of items written through this sync run are in the index. */
  readonly indexedThroughRun: number;
  /** Milliseconds since 1970 UTC. */
  readonly publishedAt: number;
  readonly activatedAt: number | null;
  /** Null unless it is retired. */
  readonly retiredAt: number | null;
}

/** What a model's vectors have to follow: an item as it is now, or that it is gone. */
export interface ItemChange {
  readonly itemId: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
  readonly features: FeatureValues;
  readonly deleted: boolean;
}

function toRow(row: typeof models.$inferSelect): ModelRow {
  return { ...row, manifest: row.manifest === null ? null : manifestSchema.parse(row.manifest) };
}

/** One model version, or null when none of that name was published. */
export async function readModel(db: D1Database, version: string): Promise<ModelRow | null> {
  const [row] = await drizzle(db).select().from(models).where(eq(models.version, version)).limit(1);
  return row === undefined ? null : toRow(row);
}

/** Model versions in the order of their names. @param after name of the last one of the page before */
export async function listModels(db: D1Database, after: string, limit: number): Promise<ModelRow[]> {
  const rows = await drizzle(db)
    .select()
    .from(models)
    .where(gt(models.version, after))
    .orderBy(asc(models.version))
    .limit(limit);
  return rows.map(toRow);
}

/** Notes that a folder was handed in: a new version, or one that starts over. @param now milliseconds since 1970 UTC */
export async function recordPublished(db: D1Database, version: string, now: number): Promise<void> {
  const fresh = {
    state: "published" as const,
    manifest: null,
    problems: [],
    indexedThroughRun: 0,
    publishedAt: now,
    retiredAt: null,
  };
  await drizzle(db)
    .insert(models)
    .values({ version, ...fresh })
    .onConflictDoUpdate({ target: models.version, set: fresh });
}

/** Notes how far a version has come. */
export async function updateModel(
  db: D1Database,
  version: string,
  change: Partial<Pick<ModelRow, "state" | "manifest" | "indexedThroughRun" | "activatedAt">> & { problems?: string[] },
): Promise<void> {
  await drizzle(db).update(models).set(change).where(eq(models.version, version));
}

/**
 * Notes which versions are at work as control.json says it; those that were go back to `indexed`.
 * @param now milliseconds since 1970 UTC, for a version that becomes the active one
 */
export async function recordPointers(db: D1Database, { active, shadow }: ModelPointers, now: number): Promise<void> {
  const database = drizzle(db);
  const atWork = [active, shadow?.version].filter((version) => version !== null && version !== undefined);
  await database.batch([
    database
      .update(models)
      .set({ state: "indexed" })
      .where(and(inArray(models.state, ["active", "shadow"]), notInArray(models.version, atWork))),
    database
      .update(models)
      .set({ state: "active", activatedAt: now, retiredAt: null })
      .where(and(eq(models.version, active ?? ""), ne(models.state, "active"))),
    database
      .update(models)
      .set({ state: "shadow", retiredAt: null })
      .where(eq(models.version, shadow?.version ?? "")),
  ]);
}

/** Notes that a version is served no more and its vectors go. @param now milliseconds since 1970 UTC */
export async function recordRetired(db: D1Database, version: string, now: number): Promise<void> {
  await drizzle(db)
    .update(models)
    .set({ state: "retired", retiredAt: now })
    .where(and(eq(models.version, version), ne(models.state, "retired")));
}

/** Number of the last sync run that ended well, 0 before the first: every row through it can be read. */
export async function lastCompleteRun(db: D1Database): Promise<number> {
  const [row] = await drizzle(db)
    .select({ run: max(syncRuns.run) })
    .from(syncRuns)
    .where(eq(syncRuns.state, "complete"));
  return row?.run ?? 0;
}

/** Items written by runs after `afterRun`, page by page in the order of their ids, deleted ones included. */
export async function* readItemChanges(
  db: D1Database,
  afterRun: number,
  pageRows: number,
): AsyncGenerator<readonly ItemChange[]> {
  let after = "";
  for (;;) {
    const page = await drizzle(db)
      .select({
        itemId: items.itemId,
        name: items.name,
        category: items.category,
        price: items.price,
        features: items.features,
        deletedAt: items.deletedAt,
      })
      .from(items)
      .where(and(gt(items.itemId, after), gt(items.changedRun, afterRun)))
      .orderBy(asc(items.itemId))
      .limit(pageRows);
    yield page.map(({ deletedAt, ...item }) => ({ ...item, deleted: deletedAt !== null }));
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    after = last.itemId;
  }
}

/** A user's embedding under a model that ships embeddings by id, or null when it does not know the user. */
export async function readUserEmbedding(db: D1Database, version: string, userId: string): Promise<number[] | null> {
  const [row] = await drizzle(db)
    .select({ embedding: userEmbeddings.embedding })
    .from(userEmbeddings)
    .where(and(eq(userEmbeddings.version, version), eq(userEmbeddings.userId, userId)))
    .limit(1);
  return row?.embedding ?? null;
}

/** Forgets the user embeddings of a version. */
export async function deleteUserEmbeddings(db: D1Database, version: string): Promise<void> {
  await drizzle(db).delete(userEmbeddings).where(eq(userEmbeddings.version, version));
}

/** Stores user embeddings of a version, in one statement: at most some hundreds at a time. */
export async function writeUserEmbeddings(
  db: D1Database,
  version: string,
  rows: readonly EmbeddingRow[],
): Promise<void> {
  const packed = JSON.stringify(rows.map(({ id, embedding }) => [id, [...embedding]]));
  await drizzle(db).run(
    sql`INSERT OR REPLACE INTO user_embeddings (version, user_id, embedding)
        SELECT ${version}, value ->> 0, value -> 1 FROM json_each(${packed})`,
  );
}
