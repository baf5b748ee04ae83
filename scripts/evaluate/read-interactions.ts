import { z } from "zod";

import type { EvaluationRow } from "../../domain/evaluation/split.ts";
import { CommandError } from "../command.ts";
import { readTable } from "./read-table.ts";

const id = z.union([z.string().min(1), z.number(), z.bigint()]).transform(String);
const empty = z.union([z.null(), z.undefined(), z.literal("")]).transform(() => null);
const number = z.union([empty, z.coerce.number()]);
/** Seconds since 1970 UTC (as a number or digits), ISO 8601, or a Parquet timestamp → milliseconds. */
const time = z.union([
  empty,
  z.date().transform((date) => date.getTime()),
  z.union([z.number(), z.bigint(), z.string().regex(/^\d+(\.\d+)?$/)]).transform((seconds) => Number(seconds) * 1000),
  z
    .string()
    .transform((text) => Date.parse(text))
    .refine(Number.isFinite, "neither seconds nor ISO 8601"),
]);

const rowSchema = z
  .object({
    user_id: id,
    item_id: id,
    rating: number.optional(),
    timestamp: time.optional(),
    order_id: z.union([empty, id]).optional(),
  })
  .transform((row): EvaluationRow => ({
    userId: row.user_id,
    itemId: row.item_id,
    rating: row.rating ?? null,
    at: row.timestamp ?? null,
    orderId: row.order_id ?? null,
  }));

/**
 * Reads interactions: `user_id,item_id` and optionally `rating`, `timestamp`, `order_id`; other columns are ignored.
 * @throws CommandError that names the first row that is not one
 */
export async function readInteractions(path: string): Promise<EvaluationRow[]> {
  const table = await readTable(path);
  return table.map((row, position) => {
    const parsed = rowSchema.safeParse(row);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new CommandError(
      `${path}, row ${position + 1}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not valid"}`,
    );
  });
}
