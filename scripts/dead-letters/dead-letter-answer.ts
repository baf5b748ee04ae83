import { z } from "zod";

/** A row of `GET /v1/dead-letters`. */
export const deadLetterRowSchema = z.object({
  key: z.string(),
  queue: z.string(),
  written_at: z.string(),
  error: z.string().nullable(),
  replayed_at: z.string().nullable(),
});
export type DeadLetterRow = z.infer<typeof deadLetterRowSchema>;

/** The answer of `POST /v1/dead-letters/replay`. */
export const letterReplaySchema = z.object({
  letters: z.array(
    z.object({
      key: z.string(),
      outcome: z.enum(["sent", "already_sent", "gone", "failed"]),
      error: z.string().optional(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
export type LetterReplayAnswer = z.infer<typeof letterReplaySchema>;
