import { z } from "zod";

/** The answer of `GET /v1/notices/targets`. */
export const targetsSchema = z.object({
  data: z.array(z.object({ name: z.string(), format: z.string(), origin: z.string(), kinds: z.array(z.string()) })),
});
export type TargetRow = z.infer<typeof targetsSchema>["data"][number];

/** A row of `GET /v1/notices/deliveries`. */
export const deliveryRowSchema = z.object({
  notice_id: z.number(),
  kind: z.string(),
  subject: z.string(),
  phase: z.string(),
  target: z.string(),
  state: z.string(),
  attempts: z.number(),
  next_at: z.string().nullable(),
  delivered_at: z.string().nullable(),
  error: z.string().nullable(),
});
export type DeliveryRow = z.infer<typeof deliveryRowSchema>;

/** The answer of `POST /v1/notices/test`. */
export const testAnswerSchema = z.object({
  results: z.array(
    z.object({
      target: z.string(),
      delivered: z.boolean(),
      status: z.number().nullable(),
      milliseconds: z.number(),
      error: z.string().nullable(),
    }),
  ),
});
export type TestRow = z.infer<typeof testAnswerSchema>["results"][number];
