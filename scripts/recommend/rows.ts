import { asPlainText } from "../../domain/analytics/reports/csv.ts";
import { csvField } from "../evaluate/csv.ts";
import type { AnsweredUser } from "./batch-answer.ts";

const COLUMNS = [
  "user_id",
  "placement",
  "strategy",
  "rank",
  "item_id",
  "name",
  "price",
  "currency",
  "url",
  "score",
  "reason_code",
  "reason",
  "recommendation_id",
] as const;

/** The first line of a list, with its line end. */
export const HEADER = `${COLUMNS.join(",")}\n`;

/**
 * A user's lines, an item each, `rank` from 1 within its shelf. No item, no line. Texts of the catalogue are none of a
 * spreadsheet's formulas; ids stay as they are, since programs look them up.
 */
export function rowsOf({ user_id, placement, recommendation_id, shelves }: AnsweredUser): string[] {
  return shelves.flatMap(({ strategy, items }) =>
    items.map(({ item_id, score, reason, item }, position) => {
      const values: Record<(typeof COLUMNS)[number], string | number> = {
        user_id,
        placement,
        strategy,
        rank: position + 1,
        item_id,
        name: asPlainText(item.name),
        price: item.price,
        currency: item.currency,
        url: asPlainText(item.url ?? ""),
        score,
        reason_code: reason.code,
        reason: asPlainText(reason.text),
        recommendation_id,
      };
      return `${COLUMNS.map((column) => csvField(values[column])).join(",")}\n`;
    }),
  );
}
