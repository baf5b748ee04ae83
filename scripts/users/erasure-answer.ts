import { z } from "zod";

const counts = z.record(z.string(), z.number());

/** `DELETE /v1/users/:id`. */
export const erasureBegunSchema = z.object({ erasure_id: z.string() });

/** `GET /v1/users/:id/erasure`. */
export const erasureSchema = z.object({
  erasure_id: z.string(),
  state: z.enum(["running", "complete", "failed"]),
  phase: z.string(),
  erased_at: z.string(),
  finished_at: z.string().nullable(),
  waiting_until: z.string().nullable(),
  removed: z.record(z.string(), z.union([z.number(), counts])),
  error: z.string().nullable(),
});
export type ErasureAnswer = z.infer<typeof erasureSchema>;
