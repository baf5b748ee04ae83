/**
 * How far a request goes in the bench, each stage with all before it: `read` answers when the body is there; `floor`
 * writes the body as one row of one object, the least that "durable" can cost; `judge` validates, `session` makes the
 * events durable, `queue` sends them and drops them at the consumer, `all` is the Worker as it is deployed. Event ids
 * begin with their stage, so that whatever follows later knows it.
 */
export const STAGES = ["read", "floor", "judge", "session", "queue", "all"] as const;
export type Stage = (typeof STAGES)[number];

/** The header by which a request names its stage; without it a request goes all the way. */
export const STAGE_HEADER = "x-bench-stage";

/** True for the id of an event that goes no further than `stage`. */
export function isOfStage(eventId: string, stage: Stage): boolean {
  return eventId.startsWith(`${stage}-`);
}
