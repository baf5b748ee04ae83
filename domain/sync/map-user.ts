import type { UserRecord } from "../catalogue/records.ts";
import type { EndcapConfig } from "../config/schema.ts";
import { ok, type Result } from "../result.ts";
import { countryCode } from "./country.ts";
import { mapFeatures } from "./map-features.ts";
import { mapKey } from "./map-key.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import type { RowFault } from "./row-fault.ts";

/** A row of the users' table as a user. Of a person only the columns that the configuration names are taken. */
export function mapUser(
  row: SourceRow,
  table: TableDescription,
  config: EndcapConfig["source"]["users"],
): Result<UserRecord, RowFault> {
  const key = mapKey(row, table, config.key);
  if (!key.ok) return key;
  return ok({
    userId: key.value,
    country: config.country === undefined ? null : countryCode(row[config.country] ?? null),
    features: mapFeatures(row, table, (column) => config.features.includes(column)),
  });
}
