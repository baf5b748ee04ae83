import { readFileSync } from "node:fs";

import { z } from "zod";

import { CommandError } from "../command.ts";

/** One record of the shop's present streaming pipeline: who looked at what. */
const sessionRecordSchema = z.object({
  session_id: z.string(),
  customer_number: z.number(),
  city: z.string(),
  country: z.string(),
  credit_limit: z.number(),
  browse_history: z.array(
    z.object({ product_code: z.string(), quantity: z.coerce.number().positive(), in_shopping_cart: z.boolean() }),
  ),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** Reads `sessions.jsonl`. @throws CommandError that names the line that cannot be read */
export function readSessions(file: string): SessionRecord[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, number) => {
      const parsed = sessionRecordSchema.safeParse(JSON.parse(line));
      if (!parsed.success) throw new CommandError(`${file}:${number + 1}: ${z.prettifyError(parsed.error)}`);
      return parsed.data;
    });
}
