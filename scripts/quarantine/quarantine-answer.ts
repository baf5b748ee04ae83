import { z } from "zod";

/** A row of `GET /v1/quarantine`. */
export const quarantineFileSchema = z.object({
  key: z.string(),
  source: z.string(),
  written_at: z.string(),
  records: z.number(),
  reasons: z.record(z.string(), z.number()),
  replayed_at: z.string().nullable(),
  replay: z.record(z.string(), z.number()).nullable(),
});
export type QuarantineFile = z.infer<typeof quarantineFileSchema>;

/** A row of `GET /v1/quarantine/<key>`. */
export const quarantineRecordSchema = z.object({
  reason: z.string(),
  detail: z.string(),
  time: z.string(),
  payload: z.unknown(),
  replayable: z.boolean(),
});
export type QuarantineRecord = z.infer<typeof quarantineRecordSchema>;

/** The answer of `POST /v1/quarantine/replay`. */
export const replayAnswerSchema = z.object({ outcome: z.record(z.string(), z.number()) });
