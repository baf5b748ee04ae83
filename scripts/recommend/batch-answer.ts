import { z } from "zod";

const itemSchema = z.object({
  item_id: z.string(),
  score: z.number(),
  reason: z.object({ code: z.string(), text: z.string() }),
  item: z.object({
    name: z.string(),
    price: z.number(),
    currency: z.string(),
    url: z.string().nullable(),
  }),
});

const answeredSchema = z.object({
  user_id: z.string(),
  recommendation_id: z.string(),
  placement: z.string(),
  shelves: z.array(z.object({ strategy: z.string(), items: z.array(itemSchema) })),
});
/** What a user of a batch got. */
export type AnsweredUser = z.infer<typeof answeredSchema>;

const failedSchema = z.object({ user_id: z.string(), error: z.object({ code: z.string(), message: z.string() }) });
/** A user of a batch who got nothing, and why. */
export type FailedUser = z.infer<typeof failedSchema>;

/** The answer of `POST /v1/recommendations/batch`, as far as a list needs it. */
export const batchAnswerSchema = z.object({ results: z.array(z.union([failedSchema, answeredSchema])) });
