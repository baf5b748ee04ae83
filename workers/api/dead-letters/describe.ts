import type { KeptFile } from "../../../platform/d1/kept-file-store.ts";
import { isoTime } from "../list.ts";

/** A dead letter as lists show it. */
export function describeDeadLetter(file: KeptFile): object {
  return {
    key: file.key,
    queue: file.source,
    written_at: isoTime(file.writtenAt),
    error: Object.keys(file.reasons)[0] ?? null,
    replayed_at: isoTime(file.replayedAt),
  };
}
