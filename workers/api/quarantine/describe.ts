import type { KeptFile } from "../../../platform/d1/kept-file-store.ts";
import { isoTime } from "../list.ts";

/** A file of what could not be taken, as lists show it. */
export function describeQuarantineFile(file: KeptFile): object {
  return {
    key: file.key,
    source: file.source,
    written_at: isoTime(file.writtenAt),
    records: file.records,
    reasons: file.reasons,
    replayed_at: isoTime(file.replayedAt),
    replay: file.replay,
  };
}
