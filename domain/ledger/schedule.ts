import { COUNTERS_MILLISECONDS, RETRY_MAX_MILLISECONDS, RETRY_MILLISECONDS, SEGMENT_EVENTS_MAX } from "./limits.ts";

/** How long after an append what follows from it is due, in milliseconds. */
export interface LedgerPeriods {
  readonly counters: number;
  readonly segment: number;
  /** The shard's place among all of them, from 0 up to 1 (exclusive): {@link countersDueAt}. */
  readonly turn: number;
}

/** What waits in a shard. Times are milliseconds since 1970 UTC, null where nothing waits. */
export interface LedgerBacklog {
  /** When the oldest journal row was appended that the counters do not have. */
  readonly uncountedSince: number | null;
  /** When the oldest journal row was appended that is in no segment. */
  readonly unsealedSince: number | null;
  /** The unsealed rows are as many as one segment takes. */
  readonly segmentFull: boolean;
  /** Segments that were sealed and are not in the lake. */
  readonly sealed: number;
  /** Transfers that another shard has not got. */
  readonly transfers: number;
  /** The weekly sweep has rows left to look at. */
  readonly sweeping: boolean;
  /** How often in a row something could not be done. */
  readonly failures: number;
}

/** How long to wait after so many failures in a row. */
export function retryMilliseconds(failures: number): number {
  return failures === 0 ? 0 : Math.min(RETRY_MILLISECONDS * 2 ** (failures - 1), RETRY_MAX_MILLISECONDS);
}

/**
 * When counters are due that wait since some time: within their period, at a time of the clock that is this shard's own.
 * Shards that fill at the same time would else all come to D1 at once, and whoever asks it something would wait for all.
 * @param since milliseconds since 1970 UTC
 */
export function countersDueAt(since: number, { counters, turn }: LedgerPeriods): number {
  const round = Math.min(counters, COUNTERS_MILLISECONDS);
  const latest = since + counters;
  return round === 0 ? latest : latest - ((latest - Math.floor(round * turn)) % round);
}

/**
 * A segment of so many events is sealed before its time: from half of what one may hold to all of it, since shards that
 * fill at the same rate would else all encode theirs at once.
 */
export function segmentEvents({ turn }: LedgerPeriods): number {
  return Math.ceil((SEGMENT_EVENTS_MAX * (1 + turn)) / 2);
}

/** When the shard has to wake next; null when nothing waits. */
export function nextLedgerAlarm(backlog: LedgerBacklog, periods: LedgerPeriods, now: number): number | null {
  const due: number[] = [];
  if (backlog.transfers > 0 || backlog.sealed > 0 || backlog.segmentFull || backlog.sweeping) due.push(now);
  if (backlog.uncountedSince !== null) due.push(countersDueAt(backlog.uncountedSince, periods));
  if (backlog.unsealedSince !== null) due.push(backlog.unsealedSince + periods.segment);
  if (due.length === 0) return null;
  return Math.max(Math.min(...due), now + retryMilliseconds(backlog.failures));
}
