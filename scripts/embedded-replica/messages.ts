import { z } from "zod";

/** One line of the replica process's standard output: how far it is, or that it listens. */
export const replicaMessageSchema = z.union([
  z.strictObject({ progress: z.number().int().nonnegative(), total: z.number().int().positive() }),
  z.strictObject({ ready: z.strictObject({ port: z.number().int().positive() }) }),
]);
export type ReplicaMessage = z.infer<typeof replicaMessageSchema>;
