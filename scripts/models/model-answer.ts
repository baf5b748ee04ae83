import { z } from "zod";

/** What the API says of a model version. */
export const modelAnswerSchema = z.object({
  version: z.string(),
  state: z.string(),
  /** True for the one that a roll-back goes to. */
  previous: z.boolean(),
  /** Share of the requests that it ranks as a shadow; null when it is none. */
  shadow_share: z.number().nullable(),
  problems: z.array(z.string()),
  description: z.string().nullable(),
  dimension: z.number().nullable(),
  metric: z.string().nullable(),
  metrics: z.record(z.string(), z.number()),
  files: z.record(z.string(), z.object({ sha256: z.string() })),
  source_export: z.string().nullable(),
  published_at: z.string().nullable(),
  activated_at: z.string().nullable(),
  retired_at: z.string().nullable(),
  /** What the isolate that answered does with it; only where one version was asked for. */
  serving_as: z.enum(["active", "shadow"]).nullable().optional(),
});
export type ModelAnswer = z.infer<typeof modelAnswerSchema>;

export const modelPageSchema = z.object({ data: z.array(modelAnswerSchema), next_cursor: z.string().nullable() });
