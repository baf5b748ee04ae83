import { z } from "zod";

import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import { CommandError } from "../command.ts";
import { readTable } from "./read-table.ts";

/** ISO 8601, also with a blank between date and time, as databases write it. */
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const TIME_WANTED = "needs seconds since 1970 (not milliseconds) or ISO 8601";
/** The last second of the year 9999: a larger number was never meant as seconds. */
const SECONDS_MAX = 253_402_300_799;
/** The columns that every interactions file has. */
const REQUIRED_COLUMNS = ["user_id", "item_id"] as const;

/** Milliseconds of an ISO time, NaN for anything else. A time without a zone is UTC. */
function parseIsoTime(text: string): number {
  const [matched, date, time = "00:00", zone = "Z"] = ISO_TIME.exec(text) ?? [];
  if (matched === undefined) return Number.NaN;
  const hours = zone.toUpperCase() === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(3).replace(":", "") || "00"}`;
  return Date.parse(`${date}T${time}${hours}`);
}

const id = z
  .union([z.string().min(1, "needs an id"), z.number(), z.bigint()], { error: "needs an id" })
  .transform((value) => String(value));
const empty = z.union([z.null(), z.undefined(), z.literal("")]).transform(() => null);
const optionalId = z.union([empty, id]).optional();
const optionalNumber = z
  .union([empty, z.number(), z.bigint().transform(Number), z.string().regex(/\S/).transform(Number)], {
    error: "needs a number",
  })
  .refine((value) => value === null || Number.isFinite(value), "needs a number")
  .optional();
const seconds = z
  .union([z.number(), z.bigint(), z.string().regex(/^\s*-?\d+(\.\d+)?\s*$/)])
  .transform(Number)
  .refine((value) => value <= SECONDS_MAX, TIME_WANTED)
  .transform((value) => value * 1_000);
const iso = z.string().transform(parseIsoTime).refine(Number.isFinite, TIME_WANTED);
const optionalTime = z
  .union([empty, z.date().transform((date) => date.getTime()), seconds, iso], { error: TIME_WANTED })
  .optional();

const rowSchema = z
  .object({
    user_id: id,
    item_id: id,
    rating: optionalNumber,
    timestamp: optionalTime,
    order_id: optionalId,
    session_id: optionalId,
    quantity: optionalNumber,
    // No metric needs it: it is read so that a file with a broken column is refused, not half believed.
    price: optionalNumber,
  })
  .transform((row): EvaluationRow => ({
    userId: row.user_id,
    itemId: row.item_id,
    rating: row.rating ?? null,
    at: row.timestamp ?? null,
    orderId: row.order_id ?? null,
    sessionId: row.session_id ?? null,
    quantity: row.quantity ?? null,
  }));

/**
 * Reads interactions: `user_id,item_id` and optionally `rating`, `timestamp` (seconds or ISO 8601), `session_id`,
 * `order_id`, `quantity`, `price`; other columns are ignored.
 * @throws CommandError that names the file, and the first row and column that are not as they must be
 */
export async function readInteractions(path: string): Promise<EvaluationRow[]> {
  const table = await readTable(path);
  const [first] = table;
  if (first === undefined) throw new CommandError(`${path} holds no rows.`);
  const missing = REQUIRED_COLUMNS.filter((column) => !Object.hasOwn(first, column));
  if (missing.length > 0)
    throw new CommandError(`${path} has no column ${missing.join(" and ")}: it has ${Object.keys(first).join(", ")}.`);
  return table.map((row, position) => {
    const parsed = rowSchema.safeParse(row);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const column = String(issue?.path[0] ?? "");
    const found = JSON.stringify(row[column]) ?? "nothing";
    throw new CommandError(
      `${path}, row ${position + 1}, column ${column}: ${found} stands where it ${issue?.message ?? "cannot"}.`,
    );
  });
}
