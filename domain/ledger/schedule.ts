import { RETRY_MAX_MILLISECONDS, RETRY_MILLISECONDS } from "./limits.ts";

/** How long after an append what follows from it is due, in milliseconds. */
export interface LedgerPeriods {
  readonly counters: number;
  readonly segment: number;
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

/** When the shard has to wake next; null when nothing waits. */
export function nextLedgerAlarm(backlog: LedgerBacklog, periods: LedgerPeriods, now: number): number | null {
  const due: number[] = [];
  if (backlog.transfers > 0 || backlog.sealed > 0 || backlog.segmentFull || backlog.sweeping) due.push(now);
  if (backlog.uncountedSince !== null) due.push(backlog.uncountedSince + periods.counters);
  if (backlog.unsealedSince !== null) due.push(backlog.unsealedSince + periods.segment);
  if (due.length === 0) return null;
  return Math.max(Math.min(...due), now + retryMilliseconds(backlog.failures));
}
