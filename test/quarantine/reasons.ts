import type { EventProblem } from "../../domain/events/judge-event.ts";
import type { NOT_KEPT } from "../../domain/quarantine/record.ts";
import type { RowFaultKind } from "../../domain/sync/row-fault.ts";

/** What a person should know of a reason: what it means, and what mends it. */
type Reason = readonly [meaning: string, mend: string];

const STOREFRONT = "the storefront's code";
const CONFIGURATION = "`endcap.config.ts`, then replay; or the storefront's code";
const SOURCE = "the row in the source: the next sync takes it";
const SOURCE_OR_CONFIGURATION = "the row, or the column that `endcap.config.ts` names";

/** Reasons under the source `events`: the compiler says when one is missing. */
export const EVENT_REASONS: Readonly<Record<EventProblem["kind"] | "too_old" | typeof NOT_KEPT, Reason>> = {
  invalid_event: ["a field of the event is missing or of the wrong kind", STOREFRONT],
  unknown_field: ["a field beside `event_id`, `name`, `timestamp` and `params`", STOREFRONT],
  unknown_event: ["no event of this name is known", CONFIGURATION],
  invalid_params: ["`params` lack what the event needs", STOREFRONT],
  too_many_items: ["more than 200 items", STOREFRONT],
  params_too_large: ["more than 4 KB of `params` of the shop's own", STOREFRONT],
  timestamp_out_of_range: ["older than 72 hours or more than 5 minutes ahead of when it was received", STOREFRONT],
  too_old: ["received so long ago that the ledger may have forgotten its id", "nothing: it could count twice"],
  not_kept: [
    "events that were only counted; the line's payload says how many of each reason",
    "nothing: no consent to analytics, or more than an isolate keeps in a minute",
  ],
};

/** Reasons under the sources `orders` and `features`. */
export const ROW_REASONS: Readonly<Record<RowFaultKind, Reason>> = {
  key_missing: ["NULL or an empty text as the key", SOURCE],
  key_too_long: ["a key of more than 128 characters", SOURCE],
  key_repeated: ["several rows have this key", SOURCE_OR_CONFIGURATION],
  price_not_a_number: ["a price that is no number", SOURCE_OR_CONFIGURATION],
  price_negative: ["a price below 0", SOURCE],
  quantity_not_positive: ["a quantity that is not above 0", SOURCE],
  time_not_readable: ["a time that is none", SOURCE_OR_CONFIGURATION],
  rating_out_of_range: ["a rating that is not from 1 to 5", SOURCE_OR_CONFIGURATION],
  user_missing: ["no user's id", SOURCE_OR_CONFIGURATION],
  item_missing: ["a line without an item's id", SOURCE_OR_CONFIGURATION],
  lines_not_readable: ["an order's lines are no list of objects", SOURCE_OR_CONFIGURATION],
  too_many_lines: ["an order of more than 1,000 lines", SOURCE],
  row_too_large: ["a row that is too large to be kept", SOURCE_OR_CONFIGURATION],
  attributes_not_readable: ["a column of attributes that holds no JSON object", SOURCE_OR_CONFIGURATION],
  unknown_user: ["a user that is not in the source, for two runs", SOURCE],
  unknown_item: ["an item that is not in the source, for two runs", SOURCE],
};

/** A table of reasons for docs/quarantine.md. */
export function reasonsTable(reasons: Readonly<Record<string, Reason>>): string {
  const rows = Object.entries(reasons).map(([reason, [meaning, mend]]) => `| \`${reason}\` | ${meaning} | ${mend} |`);
  return ["| reason | what it is | what mends it |", "| --- | --- | --- |", ...rows].join("\n");
}
