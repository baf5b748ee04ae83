import { z } from "zod";

import { LAKE_TABLES } from "./lake-table.ts";

const moment = z.number().int().nonnegative();

/** What a run of compaction is about. Without anything: every table, every hour that needs it. */
export const compactionParamsSchema = z.strictObject({
  table: z.enum(LAKE_TABLES).optional(),
  /** Hours that begin at or after this moment (milliseconds since 1970 UTC), also when they were swept. */
  from: moment.optional(),
  /** Hours that begin before this moment. */
  to: moment.optional(),
  /** Where the run before this one stopped: it had made as many steps as a workflow may. */
  after: z.strictObject({ table: z.enum(LAKE_TABLES), hour: z.number().int() }).optional(),
});
export type CompactionParams = z.infer<typeof compactionParamsSchema>;
