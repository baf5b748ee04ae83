import type { ItemRecord, RatingRecord, UserRecord } from "../../domain/catalogue/records.ts";
import { tombstoneStatements, upsertStatements } from "../../platform/d1/entity-table.ts";
import { valuesOf } from "../../platform/d1/entity-values.ts";

/** The run that rows are written by. */
const RUN = 1;
/** A hash by which a row is in every sample. */
const HASH = "00";

/** Statements by which a sync stores a user. */
export function storeUser(db: D1Database, user: UserRecord): D1PreparedStatement[] {
  return upsertStatements(db, "users", [{ key: [user.userId], hash: HASH, values: valuesOf(user) }], RUN);
}

/** Statements by which a sync stores an item. */
export function storeItem(db: D1Database, item: ItemRecord): D1PreparedStatement[] {
  return upsertStatements(db, "items", [{ key: [item.itemId], hash: HASH, values: valuesOf(item) }], RUN);
}

/** Statements by which a sync stores a rating. */
export function storeRating(db: D1Database, rating: RatingRecord): D1PreparedStatement[] {
  const row = { key: [rating.userId, rating.itemId], hash: HASH, values: valuesOf(rating) };
  return upsertStatements(db, "ratings", [row], RUN);
}

/** Statements by which a sync stores that a record is gone. */
export function deleteRecord(
  db: D1Database,
  entity: "users" | "items" | "ratings",
  ...key: readonly [string, ...string[]]
): D1PreparedStatement[] {
  return tombstoneStatements(db, entity, [key], RUN, new Date(0));
}
