import { and, desc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { z } from "zod";

import { QUIET_AFTER_CLOSING_MILLISECONDS, TELL_WITHIN_MILLISECONDS } from "../../domain/notices/limits.ts";
import type { Delivery, MessageKey, ToldNotice } from "../../domain/notices/outbox.ts";
import { noticeDeliveries, notices } from "./schema.ts";

/** A message to a target and how far it has come. Times are milliseconds since 1970 UTC. */
export type DeliveryRecord = typeof noticeDeliveries.$inferSelect;

/** A message that was taken to be sent, and what it is about. */
export interface ClaimedMessage extends MessageKey {
  /** How often it was tried, the coming attempt included. */
  readonly attempts: number;
  /** Until when nobody else takes it. */
  readonly claimedUntil: number;
  readonly notice: ToldNotice;
  /** True when a message that it began was taken by the target. */
  readonly beginningWasTold: boolean;
}

const claimedSchema = z
  .array(z.object({ notice_id: z.number(), phase: z.enum(["opened", "closed"]), attempts: z.number() }))
  .max(1);

/** Notices that messages may be missing of, and the messages there are of them. @param now milliseconds since 1970 UTC */
export async function readOutbox(
  db: D1Database,
  now: number,
): Promise<{ readonly notices: readonly ToldNotice[]; readonly deliveries: readonly Delivery[] }> {
  const since = now - TELL_WITHIN_MILLISECONDS - QUIET_AFTER_CLOSING_MILLISECONDS;
  const isRecent = sql`(${notices.openedAt} > ${since} OR ${notices.closedAt} > ${since})`;
  const database = drizzle(db);
  const [found, deliveries] = await database.batch([
    database.select().from(notices).where(isRecent),
    database
      .select()
      .from(noticeDeliveries)
      .where(sql`${noticeDeliveries.noticeId} IN (SELECT ${notices.id} FROM ${notices} WHERE ${isRecent})`),
  ]);
  return { notices: found, deliveries };
}

/** Writes messages that are missing, due now. One that is there stays as it is: two watches may find the same. */
export async function addDeliveries(db: D1Database, keys: readonly MessageKey[], now: number): Promise<void> {
  if (keys.length === 0) return;
  const rows = JSON.stringify(keys.map(({ noticeId, phase, target }) => [noticeId, phase, target]));
  await db
    .prepare(
      `INSERT OR IGNORE INTO notice_deliveries (notice_id, phase, target, attempts, next_at)
       SELECT value ->> 0, value ->> 1, value ->> 2, 0, ?2 FROM json_each(?1)`,
    )
    .bind(rows, now)
    .run();
}

/**
 * Takes the message of the oldest notice that is due for a target, its beginning before its end: the attempt counts from
 * here, and nobody else takes it until `claimedUntil`. So whoever dies in between doubles one attempt at most. A message
 * that was taken has no error: {@link makeFailedDue} passes it by.
 * @returns null when none is due
 */
export async function claimMessage(
  db: D1Database,
  target: string,
  now: number,
  claimedUntil: number,
): Promise<ClaimedMessage | null> {
  const { results } = await db
    .prepare(
      `UPDATE notice_deliveries SET attempts = attempts + 1, next_at = ?3, error = NULL
       WHERE target = ?1 AND (notice_id, phase) = (
         SELECT notice_id, phase FROM notice_deliveries WHERE target = ?1 AND next_at <= ?2
         ORDER BY notice_id, phase DESC LIMIT 1)
       RETURNING notice_id, phase, attempts`,
    )
    .bind(target, now, claimedUntil)
    .all();
  const [claimed] = claimedSchema.parse(results);
  if (claimed === undefined) return null;
  const { notice_id: noticeId, phase, attempts } = claimed;
  const database = drizzle(db);
  const [[notice], [told]] = await database.batch([
    database.select().from(notices).where(eq(notices.id, noticeId)),
    database
      .select({ phase: noticeDeliveries.phase })
      .from(noticeDeliveries)
      .where(
        and(
          eq(noticeDeliveries.noticeId, noticeId),
          eq(noticeDeliveries.phase, "opened"),
          eq(noticeDeliveries.target, target),
          isNotNull(noticeDeliveries.deliveredAt),
        ),
      ),
  ]);
  if (notice === undefined) throw new Error(`There is a message about notice ${noticeId}, which is not there.`);
  return { noticeId, phase, target, attempts, claimedUntil, notice, beginningWasTold: told !== undefined };
}

/**
 * The statement that writes a message of the end which is settled as it is written: the message of the beginning told
 * the end too, or told it in vain.
 */
function settledEnd(
  db: D1Database,
  { noticeId, target }: MessageKey,
  deliveredAt: number | null,
  error: string | null,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT OR IGNORE INTO notice_deliveries (notice_id, phase, target, attempts, delivered_at, error)
       VALUES (?1, 'closed', ?2, 0, ?3, ?4)`,
    )
    .bind(noticeId, target, deliveredAt, error);
}

/** Notes that a message was taken. @param toldEnd true when it told the end too: then no other follows */
export async function markDelivered(db: D1Database, key: MessageKey, toldEnd: boolean, now: number): Promise<void> {
  const { noticeId, phase, target } = key;
  const delivered = db
    .prepare(
      `UPDATE notice_deliveries SET delivered_at = ?4, next_at = NULL, error = NULL
       WHERE notice_id = ?1 AND phase = ?2 AND target = ?3`,
    )
    .bind(noticeId, phase, target, now);
  await db.batch([delivered, ...(toldEnd ? [settledEnd(db, key, now, null)] : [])]);
}

/**
 * Makes due now what failed before at a target that has just taken something: it is back, and what it missed need not
 * wait for its time. What somebody is sending at this moment is left alone.
 */
export async function makeFailedDue(db: D1Database, target: string, now: number): Promise<void> {
  await db
    .prepare("UPDATE notice_deliveries SET next_at = ?2 WHERE target = ?1 AND next_at > ?2 AND error IS NOT NULL")
    .bind(target, now)
    .run();
}

/**
 * Notes why a message was not taken, unless somebody else has taken it over meanwhile.
 * @param nextAt null when it is given up
 * @param toldEnd true when it told the end too: then no other follows one that is given up
 */
export async function markFailed(
  db: D1Database,
  claimed: ClaimedMessage,
  { error, nextAt, toldEnd }: { readonly error: string; readonly nextAt: number | null; readonly toldEnd: boolean },
): Promise<void> {
  const { noticeId, phase, target, claimedUntil } = claimed;
  const failed = db
    .prepare(
      `UPDATE notice_deliveries SET error = ?4, next_at = ?5
       WHERE notice_id = ?1 AND phase = ?2 AND target = ?3 AND next_at = ?6 AND delivered_at IS NULL`,
    )
    .bind(noticeId, phase, target, error, nextAt, claimedUntil);
  await db.batch([failed, ...(toldEnd && nextAt === null ? [settledEnd(db, claimed, null, error)] : [])]);
}

/** Gives up what waits for targets that are no more. @param targets those that there are */
export async function giveUpOnOthers(db: D1Database, targets: readonly string[], error: string): Promise<void> {
  await db
    .prepare(
      `UPDATE notice_deliveries SET next_at = NULL, error = ?2
       WHERE next_at IS NOT NULL AND target NOT IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(targets), error)
    .run();
}

/** Which messages are wanted. */
export interface DeliveryFilter {
  readonly target?: string | undefined;
  readonly state?: DeliveryState | undefined;
  readonly limit: number;
  /** Continue after this message, null from the newest. */
  readonly after: MessageKey | null;
}
export const DELIVERY_STATES = ["waiting", "delivered", "given_up"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A message and the notice that it is about. */
export type ListedDelivery = DeliveryRecord & Pick<ToldNotice, "kind" | "subject">;

/** Where a message stands. */
export function deliveryState({ nextAt, deliveredAt }: Pick<DeliveryRecord, "nextAt" | "deliveredAt">): DeliveryState {
  if (deliveredAt !== null) return "delivered";
  return nextAt === null ? "given_up" : "waiting";
}

const STATE_FILTERS = {
  waiting: isNotNull(noticeDeliveries.nextAt),
  delivered: isNotNull(noticeDeliveries.deliveredAt),
  given_up: and(isNull(noticeDeliveries.nextAt), isNull(noticeDeliveries.deliveredAt)),
} as const satisfies Record<DeliveryState, unknown>;

/** Messages, those of the newest notice first. */
export async function listDeliveries(db: D1Database, filter: DeliveryFilter): Promise<ListedDelivery[]> {
  const { target, state, limit, after } = filter;
  const rows = await drizzle(db)
    .select({ delivery: noticeDeliveries, kind: notices.kind, subject: notices.subject })
    .from(noticeDeliveries)
    .innerJoin(notices, eq(notices.id, noticeDeliveries.noticeId))
    .where(
      and(
        target === undefined ? undefined : eq(noticeDeliveries.target, target),
        state === undefined ? undefined : STATE_FILTERS[state],
        after === null
          ? undefined
          : sql`(${noticeDeliveries.noticeId}, ${noticeDeliveries.phase}, ${noticeDeliveries.target}) < (${after.noticeId}, ${after.phase}, ${after.target})`,
      ),
    )
    .orderBy(desc(noticeDeliveries.noticeId), desc(noticeDeliveries.phase), desc(noticeDeliveries.target))
    .limit(limit);
  return rows.map(({ delivery, kind, subject }) => ({ ...delivery, kind, subject }));
}
