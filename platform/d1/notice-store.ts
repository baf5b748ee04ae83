import { and, desc, isNotNull, isNull, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { NewNotice, NoticeKind } from "../../domain/sync/notices.ts";
import { logger } from "../logger.ts";
import { notices } from "./schema.ts";

/** What people were told, and whether it still holds. Times are milliseconds since 1970 UTC. */
export type NoticeRecord = typeof notices.$inferSelect;

/** The same sentence about the same thing is told again after this long at the earliest. */
export const NOTICE_REPEAT_MILLISECONDS = 24 * 60 * 60 * 1_000;

/** `lasts`: false for what only happened, and is over as soon as it is told. */
function logNotice(event: "notice_opened" | "notice_closed", told: NewNotice, lasts = true): void {
  const { kind, subject, message, announcementId } = told;
  const expected = announcementId !== null;
  const level = expected || event === "notice_closed" ? "info" : "warn";
  logger[level](event, { kind, subject, message, expected, announcementId, lasts });
}

/**
 * Opens a notice, or brings the open one up to date: its sentence, and an announcement that came late. One that an
 * announcement made expected and that outlasts it is closed and opened anew, since nobody has been alarmed yet.
 * @returns true when people are to be told: it was not open before, or was expected until now. Repeating it is harmless
 */
export async function openNotice(db: D1Database, notice: NewNotice, now: Date): Promise<boolean> {
  const { kind, subject, message, announcementId } = notice;
  // One transaction: whoever else opens it finds it open, by the unique index over what is open.
  const [overdue, inserted] = await db.batch<{ message: string; announcement_id: string | null }>([
    db
      .prepare(
        `UPDATE notices SET closed_at = ?1 WHERE kind = ?2 AND subject = ?3 AND closed_at IS NULL
         AND announcement_id IS NOT NULL AND ?4 IS NULL RETURNING message, announcement_id`,
      )
      .bind(now.getTime(), kind, subject, announcementId),
    db
      .prepare(
        `INSERT INTO notices (kind, subject, message, opened_at, announcement_id) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING RETURNING message, announcement_id`,
      )
      .bind(kind, subject, message, now.getTime(), announcementId),
    db
      .prepare(
        `UPDATE notices SET message = ?3, announcement_id = ?4 WHERE kind = ?1 AND subject = ?2 AND closed_at IS NULL
         AND (message <> ?3 OR announcement_id IS NOT ?4)`,
      )
      .bind(kind, subject, message, announcementId),
  ]);
  for (const old of overdue?.results ?? []) {
    logNotice("notice_closed", { kind, subject, message: old.message, announcementId: old.announcement_id });
  }
  const isNew = inserted?.results.length === 1;
  if (isNew) logNotice("notice_opened", notice);
  return isNew;
}

/** Closes a notice. @returns false when none was open, which is the normal case of a healthy run */
export async function closeNotice(db: D1Database, kind: NoticeKind, subject: string, now: Date): Promise<boolean> {
  const { results } = await db
    .prepare(
      `UPDATE notices SET closed_at = ?1 WHERE kind = ?2 AND subject = ?3 AND closed_at IS NULL
       RETURNING message, announcement_id`,
    )
    .bind(now.getTime(), kind, subject)
    .all<{ message: string; announcement_id: string | null }>();
  const [closed] = results;
  if (closed === undefined) return false;
  logNotice("notice_closed", { kind, subject, message: closed.message, announcementId: closed.announcement_id });
  return true;
}

/**
 * Tells of something that only happened: opened and closed at once.
 * @returns false when the same was told less than {@link NOTICE_REPEAT_MILLISECONDS} ago, so that a repeated step is
 * harmless
 */
export async function recordNotice(db: D1Database, notice: NewNotice, now: Date): Promise<boolean> {
  const { kind, subject, message, announcementId } = notice;
  const { results } = await db
    .prepare(
      `INSERT INTO notices (kind, subject, message, opened_at, closed_at, announcement_id)
       SELECT ?1, ?2, ?3, ?4, ?4, ?5 WHERE NOT EXISTS (
         SELECT 1 FROM notices WHERE opened_at > ?6 AND kind = ?1 AND subject = ?2 AND message = ?3)
       RETURNING id`,
    )
    .bind(kind, subject, message, now.getTime(), announcementId, now.getTime() - NOTICE_REPEAT_MILLISECONDS)
    .all();
  if (results.length === 0) return false;
  logNotice("notice_opened", notice, false);
  return true;
}

/** Which notices are wanted. */
export interface NoticeFilter {
  /** Only those that still hold, or only those that are over. */
  readonly open?: boolean | undefined;
  readonly limit: number;
  /** Continue after the notice of this id, null from the newest. */
  readonly before: number | null;
}

/** Notices, newest first. */
export function listNotices(db: D1Database, { open, limit, before }: NoticeFilter): Promise<NoticeRecord[]> {
  const query = drizzle(db).select().from(notices);
  return query
    .where(
      and(
        before === null ? undefined : lt(notices.id, before),
        open === undefined ? undefined : (open ? isNull : isNotNull)(notices.closedAt),
      ),
    )
    .orderBy(desc(notices.id))
    .limit(limit);
}
