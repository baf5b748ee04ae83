import type { FeatureValues, ItemRecord } from "../catalogue/records.ts";
import type { EndcapConfig } from "../config/schema.ts";
import { err, ok, type Result } from "../result.ts";
import { FEATURE_TEXT_MAX_LENGTH } from "./limits.ts";
import { joinFeatures, mapAttributes, mapFeatures, pickFeatures } from "./map-features.ts";
import { columnOf, mapKey } from "./map-key.ts";
import { mapPrice } from "./map-price.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import { quoted, type RowFault } from "./row-fault.ts";
import { fillTemplate, templateColumns } from "./template.ts";
import { cutText, toNumber, toText, toTruth } from "./values.ts";

type ItemsConfig = EndcapConfig["source"]["items"];

/** The snapshot keeps stock as a signed 32-bit number. */
const STOCK_MAX = 2_147_483_647;

function textOf(row: SourceRow, table: TableDescription, column: string): string {
  const text = row[column] ?? null;
  return text === null ? "" : cutText(toText(text, columnOf(table, column)).trim(), FEATURE_TEXT_MAX_LENGTH);
}

/** An address from a template; null where there is none. */
function addressOf(template: string | undefined, row: SourceRow, table: TableDescription): string | null {
  if (template === undefined) return null;
  const names = templateColumns(template);
  const columns = table.columns.filter((column) => names.includes(column.name));
  const texts = columns.map((column) => [column.name, toText(row[column.name] ?? "", column)] as const);
  return fillTemplate(template, Object.fromEntries(texts));
}

function stockOf(row: SourceRow, column: string | undefined): number | null {
  const stock = column === undefined ? null : toNumber(row[column] ?? null);
  // Below 0 is oversold, which is out of stock: −1 has a meaning of its own in the snapshot.
  return stock === null ? null : Math.min(Math.max(Math.floor(stock), 0), STOCK_MAX);
}

/** Columns of the items' table that are no feature: its key, what tells of change or deletion, and JSON columns that are taken apart. */
export function isItemColumnFeature(config: ItemsConfig, column: string): boolean {
  if (column === config.key || column === config.deleted || config.attributes.includes(column)) return false;
  return config.change.kind !== "cursor" || column !== config.change.column;
}

/**
 * Whether something known of an item is a feature of it. How many there are, and whether shoppers may see it, says
 * nothing of what it is like, and changes all the time.
 */
export function isItemFeature(config: ItemsConfig, name: string): boolean {
  return name !== config.stock && name !== config.hidden && !config.excludeFeatures.includes(name);
}

function allFeatures(row: SourceRow, table: TableDescription, config: ItemsConfig): Result<FeatureValues, RowFault> {
  let features = mapFeatures(row, table, (column) => isItemColumnFeature(config, column));
  for (const column of config.attributes) {
    const members = mapAttributes(row[column] ?? null);
    if (members === null) {
      const detail = `${table.table}.${column} is ${quoted(row[column] ?? null)}, not a JSON object.`;
      return err({ kind: "attributes_not_readable", detail });
    }
    features = joinFeatures(features, members);
  }
  return ok(features);
}

/**
 * A row of the items' table as an item. An item without a name is called by its id.
 * @param linkedCategory the category's name where a table of links tells it; null where it is a column
 */
export function mapItem(
  row: SourceRow,
  table: TableDescription,
  config: ItemsConfig,
  linkedCategory: string | null = null,
): Result<ItemRecord, RowFault> {
  const key = mapKey(row, table, config.key);
  if (!key.ok) return key;
  const price = mapPrice(row, table, config.price);
  if (!price.ok) return price;
  const features = allFeatures(row, table, config);
  if (!features.ok) return features;
  return ok({
    itemId: key.value,
    name: textOf(row, table, config.name) || key.value,
    category: config.category.kind === "column" ? textOf(row, table, config.category.column) : (linkedCategory ?? ""),
    price: price.value,
    stock: stockOf(row, config.stock),
    hidden: config.hidden !== undefined && toTruth(row[config.hidden] ?? null),
    image: addressOf(config.image, row, table),
    url: addressOf(config.url, row, table),
    publicValues: pickFeatures(features.value, (name) => config.public.includes(name)),
    features: pickFeatures(features.value, (name) => isItemFeature(config, name)),
  });
}
