import { z } from "zod";

/** What the API says of a model version. */
export const modelAnswerSchema = z.object({
  version: z.string(),
  state: z.string(),
  problems: z.array(z.string()),
  metrics: z.record(z.string(), z.number()),
  files: z.record(z.string(), z.object({ sha256: z.string() })),
  published_at: z.string().nullable(),
});
export type ModelAnswer = z.infer<typeof modelAnswerSchema>;

export const modelPageSchema = z.object({ data: z.array(modelAnswerSchema), next_cursor: z.string().nullable() });
