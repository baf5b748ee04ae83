import { z } from "zod";

/** The last moment that a `Date` can hold. */
const TIME_MAX_MILLISECONDS = 8.64e15;

const shelfSchema = z
  .object({
    strategy: z.string(),
    /** Item ids, best first. */
    items: z.array(z.string()),
    /** Of each item: higher is better, comparable within the shelf. */
    scores: z.array(z.number()),
    /** Of each item: its reason's code. The last one holds for all that follow: most shelves have but one. */
    reasons: z.array(z.string()),
  })
  // What is read here is not refused later: one message must never fail the batch that it came with.
  .refine(
    ({ items, scores, reasons }) =>
      scores.length === items.length && reasons.length <= items.length && (reasons.length > 0 || items.length === 0),
  );

/** One answer as it was served. */
const servedAnswerSchema = z.object({
  /** The random part of its recommendation id. */
  recommendation_id: z.string(),
  /** When it was served, milliseconds since 1970 UTC. */
  at: z.number().int().nonnegative().max(TIME_MAX_MILLISECONDS),
  /** `u:<user id>` or `c:<client id>`; null for nobody in particular, and for who did not agree to be remembered. */
  shopper: z
    .string()
    .regex(/^[uc]:/)
    .nullable(),
  placement: z.string(),
  model_version: z.string().nullable(),
  /** The experiment's arm, null outside experiments. */
  arm: z.string().nullable(),
  /** Stages that were left out, as the answer named them. */
  degraded: z.array(z.string()),
  /** From the request's arrival to the answer, in our own code. */
  latency_ms: z.number(),
  shelves: z.array(shelfSchema),
});
export type ServedAnswer = z.infer<typeof servedAnswerSchema>;

/** Body of a message on the `served` queue. Messages of the version before must stay readable. */
export const servedMessageSchema = z.object({
  format: z.literal(1),
  /** Answers that the isolate served before and could not send. */
  lost: z.number().int().nonnegative(),
  answers: z.array(servedAnswerSchema),
});
export type ServedMessage = z.infer<typeof servedMessageSchema>;
