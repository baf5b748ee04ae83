import type { RatingRecord } from "../catalogue/records.ts";
import type { EndcapConfig } from "../config/schema.ts";
import { err, ok, type Result } from "../result.ts";
import { columnOf, mapKey } from "./map-key.ts";
import type { SourceRow, TableDescription } from "./replica.ts";
import { quoted, type RowFault } from "./row-fault.ts";
import { toNumber, toTime } from "./values.ts";

const RATING_MIN = 1;
const RATING_MAX = 5;

/** A row of the ratings' table as a rating from 1 to 5. */
export function mapRating(
  row: SourceRow,
  table: TableDescription,
  config: NonNullable<EndcapConfig["source"]["ratings"]>,
): Result<RatingRecord, RowFault> {
  const user = mapKey(row, table, config.user);
  if (!user.ok) return user;
  const item = mapKey(row, table, config.item);
  if (!item.ok) return item;
  const text = row[config.rating] ?? null;
  const rating = toNumber(text);
  if (rating === null || rating < RATING_MIN || rating > RATING_MAX) {
    const detail = `${table.table}.${config.rating} is ${quoted(text)}; a rating is from ${RATING_MIN} to ${RATING_MAX}.`;
    return err({ kind: "rating_out_of_range", detail });
  }
  const timeText = config.time === undefined ? null : (row[config.time] ?? null);
  const time = config.time === undefined || timeText === null ? null : toTime(timeText, columnOf(table, config.time));
  if (timeText !== null && time === null) {
    const detail = `${table.table}.${config.time ?? ""} is ${quoted(timeText)}, not a time.`;
    return err({ kind: "time_not_readable", detail });
  }
  return ok({ userId: user.value, itemId: item.value, rating, ratedAt: time?.at ?? null });
}
