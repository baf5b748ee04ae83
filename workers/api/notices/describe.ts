import type { NoticeRecord } from "../../../platform/d1/notice-store.ts";
import { isoTime } from "../list.ts";

/** A notice as the API tells it. */
export function describeNotice(notice: NoticeRecord): object {
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
