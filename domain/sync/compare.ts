import { hash64 } from "../hash.ts";

/** What D1 holds under a key. */
export interface StoredRow {
  readonly hash: string;
  /** Milliseconds since 1970 UTC, null while the source has the row. */
  readonly deletedAt: number | null;
}

/** The hash of a row that only a push made: no record of the source has it. */
export const PUSHED_HASH = "";

/** The fingerprint of a record. Records are built with their fields in a fixed order, so equal ones hash alike. */
export function recordHash(record: object): string {
  return hash64(JSON.stringify(record));
}

/** True when a record must be written: it is new, differs, or comes back after a deletion. */
export function isChanged(hash: string, stored: StoredRow | undefined): boolean {
  return stored === undefined || stored.deletedAt !== null || stored.hash !== hash;
}
