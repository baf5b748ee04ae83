import { Hono } from "hono";
import { z } from "zod";

import { ANNOUNCEMENT_ID_PATTERN, announcementId } from "../../domain/sync/announcement-id.ts";
import type { Announcement } from "../../domain/sync/notices.ts";
import {
  type AnnouncementRecord,
  deleteAnnouncement,
  insertAnnouncement,
  listAnnouncements,
} from "../../platform/d1/announcement-store.ts";
import { requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import type { ApiEnv } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";
import { invalidCursor, isoTime, listFields, listPage } from "./list.ts";

/** What is announced for longer would silence alarms that nobody remembers having silenced. */
const ANNOUNCEMENT_DAYS_MAX = 30;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;
const NOTE_MAX_LENGTH = 500;
const TABLES_MAX = 100;
const TABLE_NAME_MAX_LENGTH = 128;
const BODY_MAX_BYTES = 32 * 1024;

export const listSchema = z.strictObject(listFields);
const time = z.iso.datetime({ offset: true, error: "an ISO 8601 time with its zone, such as 2026-11-21T18:00:00Z" });
export const bodySchema = z.strictObject({
  kind: z.enum(["change", "outage"]),
  tables: z.array(z.string().min(1).max(TABLE_NAME_MAX_LENGTH)).min(1).max(TABLES_MAX).optional(),
  starts_at: time.optional(),
  ends_at: time,
  note: z.string().max(NOTE_MAX_LENGTH).default(""),
});

function assertTimes(startsAt: number, endsAt: number, now: number): void {
  const refuse = (message: string): ApiError =>
    new ApiError("invalid_request", `ends_at: ${message}`, [{ path: "ends_at", message }]);
  if (endsAt <= startsAt) throw refuse("must be after starts_at");
  // Mostly a zone that was forgotten: such an announcement would never be in force.
  if (endsAt <= now) throw refuse("must lie ahead");
  if (endsAt > startsAt + ANNOUNCEMENT_DAYS_MAX * DAY_MILLISECONDS)
    throw refuse(`may be at most ${ANNOUNCEMENT_DAYS_MAX} days after starts_at`);
}

function describe(announcement: Omit<AnnouncementRecord, "createdAt">, createdAt: number): object {
  return {
    id: announcement.id,
    kind: announcement.kind,
    tables: announcement.tables,
    starts_at: isoTime(announcement.startsAt),
    ends_at: isoTime(announcement.endsAt),
    note: announcement.note,
    created_at: isoTime(createdAt),
  };
}

/** `/v1/announcements`: what the source's engineers announce alarms nobody while it lasts. */
export const announcementRoutes = new Hono<ApiEnv>();
announcementRoutes.use(requireScope("sync:run"));

/** Announces a change of format or an outage of the source, or of some of its tables. */
announcementRoutes.post("/", async (context) => {
  const body = parseInput(bodySchema, await readJson(context, BODY_MAX_BYTES));
  const now = new Date();
  const startsAt = body.starts_at === undefined ? now.getTime() : Date.parse(body.starts_at);
  const endsAt = Date.parse(body.ends_at);
  assertTimes(startsAt, endsAt, now.getTime());
  const announcement: Announcement = {
    id: announcementId(now, crypto.randomUUID()),
    kind: body.kind,
    tables: body.tables ?? null,
    startsAt,
    endsAt,
    note: body.note,
  };
  await insertAnnouncement(context.env.DB, announcement, now);
  return context.json(describe(announcement, now.getTime()), 201);
});

/** Announcements, newest first. */
announcementRoutes.get("/", async (context) => {
  const { limit, cursor } = parseInput(listSchema, context.req.query());
  if (cursor !== undefined && !ANNOUNCEMENT_ID_PATTERN.test(cursor)) throw invalidCursor();
  const found = await listAnnouncements(context.env.DB, limit + 1, cursor ?? null);
  const page = listPage(
    found,
    limit,
    (one) => describe(one, one.createdAt),
    (one) => one.id,
  );
  return context.json(page);
});

/** Takes an announcement back: what it explained is unexpected again from the next run on. */
announcementRoutes.delete("/:id", async (context) => {
  if (!(await deleteAnnouncement(context.env.DB, context.req.param("id"))))
    throw new ApiError("not_found", "There is no announcement of that id. List them: GET /v1/announcements.");
  return context.body(null, 204);
});
