import { closeNotice, listNotices } from "../../platform/d1/notice-store.ts";

/** Open notices that are looked through. */
const NOTICES_MAX = 200;

/**
 * Closes the notices of refused models whose folder, or file, is gone from the bucket.
 * @returns what notices are still open of
 */
export async function closeSettledNotices(
  db: D1Database,
  present: ReadonlySet<string>,
  now: Date,
): Promise<ReadonlySet<string>> {
  const open = await listNotices(db, { open: true, limit: NOTICES_MAX, before: null });
  const subjects = new Set<string>();
  for (const { kind, subject } of open) {
    if (kind !== "model_refused") continue;
    if (present.has(subject)) subjects.add(subject);
    else await closeNotice(db, kind, subject, now);
  }
  return subjects;
}
