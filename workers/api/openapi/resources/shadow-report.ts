import { z } from "zod";

import { OUTCOMES } from "../../../../domain/models/shadow-tally.ts";
import { count, share, time } from "../answers.ts";

const distributionFields = {
  mean: z.number().nullable(),
  from: z.array(z.number().nullable()).describe("Where each bucket begins."),
  counts: z.array(count),
};
const distribution = z.strictObject(distributionFields).meta({ id: "Distribution" });

const side = z
  .strictObject({
    scores: z.strictObject({ ...distributionFields, min: z.number().nullable(), max: z.number().nullable() }),
    milliseconds: distribution,
    items: z.number().describe("About how many distinct items it recommended."),
  })
  .meta({ id: "ShadowSide" });

const comparison = z
  .strictObject({
    active_version: z.string(),
    from: time,
    to: time,
    hours: count,
    answers: z
      .strictObject({
        sampled: count,
        ...(Object.fromEntries(OUTCOMES.map((name) => [name, count])) as Record<string, typeof count>),
      })
      .describe("What became of the sampled answers; the outcomes add up to `sampled`."),
    overlap: z.strictObject({
      ...distributionFields,
      at: count.describe("So many items of each shelf were compared."),
      interval: z.tuple([z.number(), z.number()]).nullable().describe("95 % interval of the mean."),
    }),
    tau: z.strictObject({ mean: z.number().nullable(), answers: count }).describe("Kendall's tau of the common items."),
    active: side,
    shadow: side,
  })
  .meta({ id: "ShadowComparison" });

/** How a version compared as a shadow. */
export const shadowReport = z
  .strictObject({ version: z.string(), share: share.nullable(), comparisons: z.array(comparison) })
  .meta({ id: "ShadowReport" });

/** A shadow that has just begun. */
export const EXAMPLE_COMPARED = { version: "2026-11-21", share: 0.1, comparisons: [] };
