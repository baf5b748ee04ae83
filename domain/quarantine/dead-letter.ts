import { z } from "zod";

/** Queues whose messages are kept when they fail as often as they may. */
export const DEAD_LETTER_SOURCES = ["events", "served"] as const;
export type DeadLetterSource = (typeof DEAD_LETTER_SOURCES)[number];

const SUFFIX = "-dead";

/** The queue whose dead letters come on this one. @throws Error for a queue that is nobody's: a mistake of configuration */
export function sourceOfDeadLetters(queue: string): DeadLetterSource {
  const source = DEAD_LETTER_SOURCES.find((candidate) => `${candidate}${SUFFIX}` === queue);
  if (source === undefined) throw new Error(`"${queue}" is no dead letter queue.`);
  return source;
}

/** The one line of a file under `dead-letters/`. */
export const deadLetterSchema = z.object({
  /** The last error's class: a short word that can be counted. */
  error: z.string(),
  /** The last error's message, masked. */
  detail: z.string(),
  /** How often the dead letter queue has delivered it, after its own queue had given up. */
  attempts: z.number(),
  /** When it was sent, ISO 8601. */
  time: z.string(),
  queue: z.enum(DEAD_LETTER_SOURCES),
  /** The message's body, masked and of bounded size. */
  payload: z.unknown(),
  /** The whole body, sealed. */
  sealed: z.string(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;
