import { shareOf } from "../../../domain/analytics/freshness-degraded.ts";
import { readQuality } from "../../../platform/d1/analytics/freshness-quality.ts";
import { summarizeKept } from "../../../platform/d1/kept-file-store.ts";
import { listNotices } from "../../../platform/d1/notice-store.ts";
import { listSchemaChanges } from "../../../platform/d1/schema-change-store.ts";
import { isoTime } from "../list.ts";
import { describeNotice } from "../notices/describe.ts";
import { describeChange } from "../sync/run-answer.ts";

/** Changes and notices that one answer lists. */
const LISTED_MAX = 100;
/** Days are those of the keys of files and of the runs' times, whatever the shop's zone is. */
const DAYS_TIMEZONE = "UTC";
const DATE_LENGTH = "2026-11-21".length;

/** How good the data is that comes in, as `GET /v1/analytics/quality` answers. */
export async function qualityAnswer(db: D1Database, lengthMilliseconds: number, now: Date): Promise<object> {
  const since = now.getTime() - lengthMilliseconds;
  const [quality, rejected, changes, notices] = await Promise.all([
    readQuality(db, since),
    summarizeKept(db, "quarantine", isoTime(since).slice(0, DATE_LENGTH)),
    listSchemaChanges(db, { limit: LISTED_MAX, before: null }),
    listNotices(db, { limit: LISTED_MAX, before: null }),
  ]);
  return {
    from: isoTime(since),
    to: isoTime(now.getTime()),
    timezone: DAYS_TIMEZONE,
    rows_set_aside: {
      now: quality.now,
      by_day: quality.byDay.map((row) => ({ ...row, share: shareOf(row.set_aside, row.read) })),
    },
    rejected,
    drift: changes.filter(({ noticedAt }) => noticedAt >= since).map(describeChange),
    dead_letters: quality.deadLetters,
    notices: notices.filter(({ openedAt }) => openedAt >= since).map(describeNotice),
  };
}
