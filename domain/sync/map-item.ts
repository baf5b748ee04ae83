import type { ItemRecord } from "../catalogue/records.ts";
import type { EndcapConfig } from "../config/schema.ts";
import { ok, type Result } from "../result.ts";
import { FEATURE_TEXT_MAX_LENGTH } from "./limits.ts";
import { mapFeatures } from "./map-features.ts";
import { columnOf, mapKey } from "./map-key.ts";
import { mapPrice } from "./map-price.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import type { RowFault } from "./row-fault.ts";
import { fillTemplate } from "./template.ts";
import { cutText, toNumber, toText, toTruth } from "./values.ts";

type ItemsConfig = EndcapConfig["source"]["items"];

/** The snapshot keeps stock as a signed 32-bit number. */
const STOCK_MAX = 2_147_483_647;

function textOf(row: SourceRow, table: TableDescription, column: string): string {
  const text = row[column] ?? null;
  return text === null ? "" : cutText(toText(text, columnOf(table, column)).trim(), FEATURE_TEXT_MAX_LENGTH);
}

function stockOf(row: SourceRow, column: string | undefined): number | null {
  const stock = column === undefined ? null : toNumber(row[column] ?? null);
  // Below 0 is oversold, which is out of stock: −1 has a meaning of its own in the snapshot.
  return stock === null ? null : Math.min(Math.max(Math.floor(stock), 0), STOCK_MAX);
}

/** A row's columns that are no feature: its key, its change cursor, and what the configuration excludes. */
function isFeature(config: ItemsConfig, column: string): boolean {
  if (column === config.key || config.excludeFeatures.includes(column)) return false;
  return config.change.kind !== "cursor" || column !== config.change.column;
}

/** A row of the items' table as an item. An item without a name is called by its id. */
export function mapItem(row: SourceRow, table: TableDescription, config: ItemsConfig): Result<ItemRecord, RowFault> {
  const key = mapKey(row, table, config.key);
  if (!key.ok) return key;
  const price = mapPrice(row, table, config.price);
  if (!price.ok) return price;
  return ok({
    itemId: key.value,
    name: textOf(row, table, config.name) || key.value,
    category: textOf(row, table, config.category),
    price: price.value,
    stock: stockOf(row, config.stock),
    hidden: config.hidden !== undefined && toTruth(row[config.hidden] ?? null),
    image: config.image === undefined ? null : fillTemplate(config.image, row),
    url: config.url === undefined ? null : fillTemplate(config.url, row),
    publicValues: mapFeatures(row, table, (column) => config.public.includes(column)),
    features: mapFeatures(row, table, (column) => isFeature(config, column)),
  });
}
