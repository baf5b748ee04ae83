import { and, desc, eq, gte, lt, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import type { Announcement } from "../../domain/sync/notices.ts";
import { announcements } from "./schema.ts";

/** An announcement and when it was made. Times are milliseconds since 1970 UTC. */
export type AnnouncementRecord = typeof announcements.$inferSelect;

/** Keeps an announcement. */
export async function insertAnnouncement(db: D1Database, announcement: Announcement, now: Date): Promise<void> {
  await drizzle(db)
    .insert(announcements)
    .values({ ...announcement, createdAt: now.getTime() });
}

/** Announcements, newest first. @param before continue after the one of this id, null from the newest */
export function listAnnouncements(db: D1Database, limit: number, before: string | null): Promise<AnnouncementRecord[]> {
  const query = drizzle(db).select().from(announcements);
  return query
    .where(before === null ? undefined : lt(announcements.id, before))
    .orderBy(desc(announcements.id))
    .limit(limit);
}

/** Takes an announcement back. @returns false when there is none of that id */
export async function deleteAnnouncement(db: D1Database, id: string): Promise<boolean> {
  const deleted = await drizzle(db)
    .delete(announcements)
    .where(eq(announcements.id, id))
    .returning({ id: announcements.id });
  return deleted.length === 1;
}

/** What has been announced for now, the longest first: what one of them explains stays explained longest. */
export function readAnnouncementsInForce(db: D1Database, now: Date): Promise<Announcement[]> {
  const { id, kind, tables, startsAt, endsAt, note } = announcements;
  return drizzle(db)
    .select({ id, kind, tables, startsAt, endsAt, note })
    .from(announcements)
    .where(and(lte(startsAt, now.getTime()), gte(endsAt, now.getTime())))
    .orderBy(desc(endsAt), desc(id));
}
