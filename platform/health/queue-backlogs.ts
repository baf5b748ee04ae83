import type { RuntimeEnv } from "../env.ts";
import { logger, messageOf } from "../logger.ts";
import { withinMilliseconds } from "../within.ts";

/** What waits in a queue. */
export interface QueueBacklog {
  readonly queue: string;
  /** Messages; null where the platform does not say. */
  readonly backlog: number | null;
  /** When the oldest one came, milliseconds since 1970 UTC; null when nothing waits, or where nobody says. */
  readonly oldestAt: number | null;
}

type QueueBindings = Pick<RuntimeEnv, "EVENTS_QUEUE" | "SERVED_QUEUE" | "EVENTS_DEAD_QUEUE" | "SERVED_DEAD_QUEUE">;

/** The time of an oldest message; the platform says none, or the beginning of time, where there is none. */
function messageTime(time: Date | number | undefined): number | null {
  const milliseconds = time === undefined ? Number.NaN : Number(time);
  return milliseconds > 0 ? milliseconds : null;
}

/** Whether a queue says since when its oldest message waits: one that says that it is empty does. */
export const saysSince = ({ backlog, oldestAt }: QueueBacklog): boolean => backlog === 0 || oldestAt !== null;

/** What waits in a queue. @param deadline milliseconds after which it counts as one that says nothing */
export async function backlogOf(queue: string, binding: Queue, deadline: number): Promise<QueueBacklog> {
  try {
    const { backlogCount, oldestMessageTimestamp } = await withinMilliseconds(deadline, binding.metrics());
    return { queue, backlog: backlogCount, oldestAt: backlogCount === 0 ? null : messageTime(oldestMessageTimestamp) };
  } catch (error) {
    logger.warn("queue_metrics_failed", { queue, message: messageOf(error) });
    return { queue, backlog: null, oldestAt: null };
  }
}

/** What waits in each queue. @param deadline milliseconds after which a queue counts as one that says nothing */
export function readBacklogs(env: QueueBindings, deadline: number): Promise<QueueBacklog[]> {
  const queues = [
    ["events", env.EVENTS_QUEUE],
    ["served", env.SERVED_QUEUE],
    ["events-dead", env.EVENTS_DEAD_QUEUE],
    ["served-dead", env.SERVED_DEAD_QUEUE],
  ] as const;
  return Promise.all(queues.map(([name, binding]) => backlogOf(name, binding, deadline)));
}
