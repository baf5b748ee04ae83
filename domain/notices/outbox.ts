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

/**
 * The last time at which something ended of which the target was told: a thing that comes and goes is told once in
 * {@link QUIET_AFTER_CLOSING_MILLISECONDS}.
 */
function lastToldEnd(notice: ToldNotice, earlier: readonly ToldNotice[], wasTold: (id: number) => boolean): number {
  const ends = earlier
    .filter(
      (one) =>
        one.id < notice.id &&
        one.kind === notice.kind &&
        one.subject === notice.subject &&
        !isMoment(one) &&
        wasTold(one.id),
    )
    .map((one) => one.closedAt ?? Number.NEGATIVE_INFINITY);
  return Math.max(Number.NEGATIVE_INFINITY, ...ends);
}

function isQuiet(notice: ToldNotice, lastEnd: number, now: number): boolean {
  // Judged by what a notice came to, never by when somebody looked: a missed watch changes nothing.
  return !isMoment(notice) && (notice.closedAt ?? now) < lastEnd + QUIET_AFTER_CLOSING_MILLISECONDS;
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
  const ordered = [...notices].sort((left, right) => left.id - right.id);
  return targets.flatMap(({ name: target, kinds }) => {
    const told = new Set(
      ordered.map(({ id }) => id).filter((id) => known.has(keyOf({ noticeId: id, phase: "opened", target }))),
    );
    const missing: MessageKey[] = [];
    for (const notice of ordered) {
      const { id: noticeId, closedAt } = notice;
      const opened = known.get(keyOf({ noticeId, phase: "opened", target }));
      if (opened === undefined) {
        if (!(kinds as readonly string[]).includes(notice.kind)) continue;
        if (notice.announcementId !== null || notice.openedAt <= since) continue;
        if (
          isQuiet(
            notice,
            lastToldEnd(notice, ordered, (id) => told.has(id)),
            now,
          )
        )
          continue;
        told.add(noticeId);
        missing.push({ noticeId, phase: "opened", target });
        continue;
      }
      // What was told first is settled first: who is told of an end knows of the beginning.
      if (closedAt === null || closedAt <= since || opened.nextAt !== null) continue;
      if (notice.announcementId !== null && opened.deliveredAt === null) continue;
      if (!known.has(keyOf({ noticeId, phase: "closed", target }))) missing.push({ noticeId, phase: "closed", target });
    }
    return missing;
  });
}

function keyOf({ noticeId, phase, target }: MessageKey): string {
  return `${noticeId} ${phase} ${target}`;
}
