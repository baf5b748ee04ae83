import { z } from "zod";

const boundSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A row of `GET /v1/features`. */
export const featureSchema = z.object({
  entity: z.string(),
  name: z.string(),
  kind: z.string(),
  state: z.enum(["active", "proposed", "gone"]),
  was: z.string().nullable(),
  first_seen_at: z.string(),
  last_seen_at: z.string(),
  rows: z.number().nullable(),
  null_share: z.number().nullable(),
  distinct: z.number().nullable(),
  min: boundSchema,
  max: boundSchema,
  counted_at: z.string().nullable(),
});
export type Feature = z.infer<typeof featureSchema>;
