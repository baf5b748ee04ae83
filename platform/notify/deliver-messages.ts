import { CLAIM_MILLISECONDS, SENDING_MILLISECONDS, TARGETS_AT_ONCE } from "../../domain/notices/limits.ts";
import { type Message, messageAbout } from "../../domain/notices/message.ts";
import { missingMessages } from "../../domain/notices/outbox.ts";
import { type Attempt, isRefusal, nextAttemptAt } from "../../domain/notices/retry.ts";
import type { NotifyTarget } from "../../domain/notices/targets.ts";
import {
  addDeliveries,
  type ClaimedMessage,
  claimMessage,
  giveUpOnOthers,
  makeFailedDue,
  markDelivered,
  markFailed,
  readOutbox,
} from "../d1/notice-delivery-store.ts";
import { logger } from "../logger.ts";

/** What sending needs of the world. */
export interface DeliveryWorld {
  readonly db: D1Database;
  readonly shop: string;
  readonly send: (target: NotifyTarget, message: Message) => Promise<Attempt>;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** 0–1. */
  readonly random: () => number;
}

/** What became of a message: the target took it, did not want it, or cannot be reached; or nobody needs it any more. */
type Outcome = "taken" | "refused" | "away" | "needless";

async function sendClaimed(world: DeliveryWorld, target: NotifyTarget, claimed: ClaimedMessage): Promise<Outcome> {
  const { notice, phase, attempts, beginningWasTold } = claimed;
  if (phase === "opened" && notice.announcementId !== null) {
    await markFailed(world.db, claimed, { error: "it was announced meanwhile", nextAt: null, toldEnd: false });
    return "needless";
  }
  const message = messageAbout(notice, phase, beginningWasTold, world.shop);
  const toldEnd = message.type !== "notice.opened";
  const attempt = await world.send(target, message);
  const now = world.now();
  const told = {
    target: target.name,
    notice: notice.id,
    type: message.type,
    attempts,
    milliseconds: attempt.milliseconds,
  };
  if (attempt.delivered) {
    await markDelivered(world.db, claimed, toldEnd, now);
    logger.info("message_delivered", told);
    return "taken";
  }
  const nextAt = nextAttemptAt(attempt, attempts, message.at, now, world.random());
  await markFailed(world.db, claimed, { error: attempt.error ?? "failed", nextAt, toldEnd });
  // The first failure and the last one are news; those between are in the list of deliveries.
  if (nextAt === null) logger.error("message_given_up", { ...told, error: attempt.error });
  else if (attempts === 1) logger.warn("message_failed", { ...told, error: attempt.error });
  return isRefusal(attempt.status) ? "refused" : "away";
}

/**
 * Sends a target what is due for it, one message after the other, the oldest notice first. With the first message that it
 * takes, what failed before is due too, but once a watch: what fails again in spite of that waits for its time.
 */
async function sendToTarget(world: DeliveryWorld, target: NotifyTarget, endsAt: number): Promise<void> {
  let hasTaken = false;
  while (world.now() < endsAt) {
    const now = world.now();
    const claimed = await claimMessage(world.db, target.name, now, now + CLAIM_MILLISECONDS);
    if (claimed === null) return;
    const outcome = await sendClaimed(world, target, claimed);
    // Whoever does not answer would let each of the others wait as long.
    if (outcome === "away") return;
    if (outcome !== "taken" || hasTaken) continue;
    hasTaken = true;
    await makeFailedDue(world.db, target.name, world.now());
  }
}

/**
 * Sends what people are to be told: finds the messages that are missing, and tries those that are due. What is not done
 * within {@link SENDING_MILLISECONDS} is left to the next watch.
 * @throws what D1 throws, when every target had its turn
 */
export async function deliverMessages(world: DeliveryWorld, targets: readonly NotifyTarget[]): Promise<void> {
  const startedAt = world.now();
  const { notices, deliveries } = await readOutbox(world.db, startedAt);
  await addDeliveries(world.db, missingMessages(notices, deliveries, targets, startedAt), startedAt);
  await giveUpOnOthers(
    world.db,
    targets.map(({ name }) => name),
    "there is no such target any more",
  );
  const waiting = [...targets];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      try {
        await sendToTarget(world, target, startedAt + SENDING_MILLISECONDS);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: TARGETS_AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
}
