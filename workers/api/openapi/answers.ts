import { z } from "zod";

import { FLOWS } from "../../../domain/analytics/freshness.ts";
import { ENTITIES } from "../../../domain/sync/run.ts";

/** ISO 8601 in UTC. */
export const time = z.iso.datetime();
export const count = z.int().nonnegative();
export const share = z.number().min(0).max(1);
export const entity = z.enum(ENTITIES);
export const flowName = z.enum(FLOWS);
/** What a feature's cell can be. */
export const featureValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The answer of a list. */
export function listOf<Row extends z.ZodType>(row: Row) {
  return z.strictObject({
    data: z.array(row),
    next_cursor: z.string().nullable().describe("Send it as `cursor` for the next page; null on the last."),
  });
}

/** Every refusal's body. */
export const refusalSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.string().describe("For programs; the page on errors lists them. New ones may come."),
      message: z.string().describe("For people: what happened and what to do."),
      requestId: z.string().describe("Finds the line in the log."),
      details: z.array(z.unknown()).optional().describe("Every problem, where there are several."),
    }),
  })
  .meta({ id: "Refusal" });
