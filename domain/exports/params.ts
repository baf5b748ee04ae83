import { z } from "zod";

/** What an export was asked for. */
export const exportParamsSchema = z.strictObject({
  /** Milliseconds since 1970 UTC that the export is set back to; null for the moment at which it runs. */
  asOf: z.number().int().nullable(),
  /** Whether each part is written as CSV too. */
  csv: z.boolean(),
  /** `pseudonym`: the keyed hash that the lake has too; `raw`: the shop's own ids. */
  userIds: z.enum(["pseudonym", "raw"]),
});
export type ExportParams = z.infer<typeof exportParamsSchema>;
