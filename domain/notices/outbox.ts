import { QUIET_AFTER_CLOSING_MILLISECONDS, TELL_WITHIN_MILLISECONDS } from "./limits.ts";
import type { NotifyTarget } from "./targets.ts";

/** A notice as messages need it. Times are milliseconds since 1970 UTC. */
export interface ToldNotice {
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
  readonly message: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
  /** Not null when it was expected: then nobody is told. */
  readonly announcementId: string | null;
}

/** `opened` tells that something began (or began and ended), `closed` that what was told is over. */
export type Phase = "opened" | "closed";

/** A message to a target: one per notice, phase and target. */
export interface MessageKey {
  readonly noticeId: number;
  readonly phase: Phase;
  readonly target: string;
}

/** How far a message has come. */
export interface Delivery extends MessageKey {
  /** When it is tried next; null when there is nothing more to try. */
  readonly nextAt: number | null;
  readonly deliveredAt: number | null;
}

/** True for what only happened: opened and closed at once. */
export function isMoment({ openedAt, closedAt }: Pick<ToldNotice, "openedAt" | "closedAt">): boolean {
  return closedAt !== null && closedAt <= openedAt;
}

/** The last time at which the same thing ended of which the target was told. */
function lastToldEnd(notice: ToldNotice, told: readonly ToldNotice[]): number {
  const ends = told
    .filter(({ kind, subject }) => kind === notice.kind && subject === notice.subject)
    .map(({ closedAt }) => closedAt ?? Number.NEGATIVE_INFINITY);
  return Math.max(Number.NEGATIVE_INFINITY, ...ends);
}

/** True for a thing that comes and goes, and of whose end the target heard a moment ago. */
function isQuiet(notice: ToldNotice, told: readonly ToldNotice[], now: number): boolean {
  if (isMoment(notice)) return false;
  // Judged by what a notice came to, never by when somebody looked: a missed watch changes nothing.
  return (notice.closedAt ?? now) < lastToldEnd(notice, told) + QUIET_AFTER_CLOSING_MILLISECONDS;
}

/** True when an end is to be told. What was told first is settled first: who hears of an end knows of the beginning. */
function isEndMissing(notice: ToldNotice, opened: Delivery, since: number): boolean {
  if (notice.closedAt === null || notice.closedAt <= since || opened.nextAt !== null) return false;
  return notice.announcementId === null || opened.deliveredAt !== null;
}

function keyOf({ noticeId, phase, target }: MessageKey): string {
  return `${noticeId} ${phase} ${target}`;
}

/**
 * Messages that are missing: found by comparing notices with deliveries, so that nothing is lost whoever dies when.
 * @param notices those opened or closed within {@link TELL_WITHIN_MILLISECONDS}, and a little more
 * @param deliveries all of these notices
 * @param now milliseconds since 1970 UTC
 */
export function missingMessages(
  notices: readonly ToldNotice[],
  deliveries: readonly Delivery[],
  targets: readonly Pick<NotifyTarget, "name" | "kinds">[],
  now: number,
): MessageKey[] {
  const known = new Map(deliveries.map((one) => [keyOf(one), one]));
  const since = now - TELL_WITHIN_MILLISECONDS;
  // In their order: whether one is told depends on those before.
  const ordered = [...notices].sort((left, right) => left.id - right.id);
  return targets.flatMap(({ name: target, kinds }) => {
    const missing: MessageKey[] = [];
    const told: ToldNotice[] = [];
    for (const notice of ordered) {
      const beginning = { noticeId: notice.id, phase: "opened", target } as const;
      const opened = known.get(keyOf(beginning));
      if (opened !== undefined) {
        told.push(notice);
        const end = { ...beginning, phase: "closed" } as const;
        if (isEndMissing(notice, opened, since) && !known.has(keyOf(end))) missing.push(end);
        continue;
      }
      const isWanted = (kinds as readonly string[]).includes(notice.kind);
      if (!isWanted || notice.announcementId !== null || notice.openedAt <= since) continue;
      if (isQuiet(notice, told, now)) continue;
      told.push(notice);
      missing.push(beginning);
    }
    return missing;
  });
}
