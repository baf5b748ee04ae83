import type { FeatureValue } from "../catalogue/records.ts";
import type { ColumnType, ExportColumn, ExportTable } from "./manifest.ts";

/** Grows when a column that is no feature is added to a table, or means something else (docs/data-contracts.md). */
export const EXPORT_TABLE_VERSIONS = {
  training: 1,
  ratings: 1,
  users: 1,
  items: 1,
} as const satisfies Record<ExportTable, number>;

const COUNT = "count";
const PIECES = "pieces";
const CURRENCY = "the shop's currency";
const UTC = "UTC, milliseconds";

type ColumnFacts = Omit<ExportColumn, "name">;

const key = (meaning: string): ColumnFacts => ({ type: "string", nullable: false, unit: null, meaning });
const count = (meaning: string): ColumnFacts => ({ type: "integer", nullable: false, unit: COUNT, meaning });
const time = (meaning: string): ColumnFacts => ({ type: "timestamp", nullable: true, unit: UTC, meaning });
const text = (meaning: string, nullable = false): ColumnFacts => ({ type: "string", nullable, unit: null, meaning });

const named = (columns: Readonly<Record<string, ColumnFacts>>): ExportColumn[] =>
  Object.entries(columns).map(([name, facts]) => ({ name, ...facts }));

const USER_ID = key(
  "The user: a keyed hash, the same as in the lake; the shop's own id where the manifest says `raw`.",
);
const ITEM_ID = key("The item's id in the shop.");
const RATING: ColumnFacts = { type: "double", nullable: false, unit: "1–5", meaning: "" };

/** What a row of `training` says of user and item together, in order; features come after. */
export const TRAINING_COLUMNS = named({
  user_id: USER_ID,
  item_id: ITEM_ID,
  rating: { ...RATING, meaning: "What the user gave, else what the user's doings imply (docs/ratings.md)." },
  rating_kind: text("`explicit` or `implicit`."),
  rating_rule: text("The rule that made the rating, with its version."),
  views: count("Times that the user looked at the item."),
  carts: count("Times that it was put into the cart."),
  removals: count("Times that it was taken out of the cart."),
  purchases: count("Orders that hold the item."),
  refunds: count("Orders of it that were cancelled or given back as a whole."),
  others: count("Other events about it: wish lists, selections, a shop's own."),
  quantity: { type: "double", nullable: false, unit: PIECES, meaning: "Pieces bought and kept." },
  revenue: { type: "double", nullable: false, unit: CURRENCY, meaning: "What was paid for them." },
  rated_at: time("When the user gave the rating; null where none was given, or nobody knows when."),
  last_interaction_at: time("When the last thing happened that the row counts; null where nobody knows."),
  user_known_since: time(
    "Since when we know the user to be as the row says; null: for as long as is known, or not known at all.",
  ),
  item_known_since: time("The same of the item."),
});

/** The columns of `ratings`. */
export const RATING_COLUMNS = named({
  user_id: USER_ID,
  item_id: ITEM_ID,
  rating: { ...RATING, meaning: "What the user gave, the latest." },
  rated_at: time("When; null where nobody knows."),
});

/** What every shop's users have, in `training` and in `users`. */
export const USER_COLUMNS = named({
  user_country_code: text("ISO 3166-1 alpha-2, null when unknown.", true),
});

/** What every shop's items have, in `training` and in `items`. */
export const ITEM_COLUMNS = named({
  item_name: text("Its name.", true),
  item_category: text("Its category.", true),
  item_price: { type: "double", nullable: true, unit: CURRENCY, meaning: "Its price." },
});

export const USER_KEY_COLUMNS = named({ user_id: USER_ID });
export const ITEM_KEY_COLUMNS = named({ item_id: ITEM_ID });

/** Names that features' columns may not take. */
export const RESERVED_COLUMNS: readonly string[] = [
  ...TRAINING_COLUMNS,
  ...RATING_COLUMNS,
  ...USER_COLUMNS,
  ...ITEM_COLUMNS,
].map(({ name }) => name);

/** A feature as it is exported. */
export interface WantedFeature {
  readonly feature: string;
  readonly type: ColumnType;
}

/** The column type of a kind of feature. Dates are ISO 8601 texts: a text that becomes a date stays the same column. */
export function featureType(kind: string): ColumnType {
  if (kind === "number") return "double";
  return kind === "boolean" ? "boolean" : "string";
}

/** The column of a feature under the name that it has for ever. */
export function featureColumn({ feature, type }: WantedFeature, name: string, of: "user" | "item"): ExportColumn {
  return { name, type, nullable: true, unit: null, meaning: `The ${of}'s ${feature}, as the source has it.`, feature };
}

/** A feature's value as its column holds it: null where it does not fit (a column's type is fixed before its rows are read). */
export function toCell(type: ColumnType, value: FeatureValue | undefined): FeatureValue {
  if (value === null || value === undefined) return null;
  if (type === "string") return typeof value === "string" ? value : JSON.stringify(value);
  return typeof value === (type === "double" ? "number" : type) ? value : null;
}
