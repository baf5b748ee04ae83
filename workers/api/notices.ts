import { Hono } from "hono";
import { z } from "zod";

import { listNotices, type NoticeRecord } from "../../platform/d1/notice-store.ts";
import type { ApiEnv } from "./context.ts";
import { requireViewer } from "./dashboard/viewer.ts";
import { parseInput } from "./errors.ts";
import { isoTime, listFields, listPage, numberCursor } from "./list.ts";

const listSchema = z.strictObject({
  ...listFields,
  open: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional(),
});

function describe(notice: NoticeRecord): object {
  return {
    id: notice.id,
    kind: notice.kind,
    subject: notice.subject,
    message: notice.message,
    opened_at: isoTime(notice.openedAt),
    closed_at: isoTime(notice.closedAt),
    expected: notice.announcementId !== null,
    announcement_id: notice.announcementId,
  };
}

/** `/v1/notices`: what people are told about the flows into Endcap. */
export const noticeRoutes = new Hono<ApiEnv>();

/** Notices, newest first. */
noticeRoutes.get("/", requireViewer(["sync:run", "analytics:read"]), async (context) => {
  const { limit, cursor, open } = parseInput(listSchema, context.req.query());
  const found = await listNotices(context.env.DB, { open, limit: limit + 1, before: numberCursor(cursor) });
  return context.json(listPage(found, limit, describe, (notice) => String(notice.id)));
});
