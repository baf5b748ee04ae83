import { formatTable } from "../terminal/table.ts";
import type { QuarantineFile, QuarantineRecord } from "./quarantine-answer.ts";

/** Counts as one text, largest first: `3 unknown_event, 1 invalid_event`. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

/** What a replay came to, in words; outcomes that did not occur are left out. */
export function outcomeText(outcome: Readonly<Record<string, number>>): string {
  const occurred = Object.entries(outcome).filter(([, count]) => count > 0);
  const text = occurred.map(([name, count]) => `${count} ${name.replaceAll("_", " ")}`).join(", ");
  const rows = outcome["read_again"] === undefined ? "" : "; the next sync reads these rows again";
  return (text === "" ? "nothing to replay" : text) + rows;
}

/** A table of files. */
export function quarantineTable(files: readonly QuarantineFile[]): string[] {
  return formatTable(
    [
      { title: "WRITTEN" },
      { title: "SOURCE" },
      { title: "RECORDS", right: true },
      { title: "REASONS" },
      { title: "REPLAY" },
      { title: "KEY" },
    ],
    files.map((file) => [
      file.written_at,
      file.source,
      String(file.records),
      countsText(file.reasons),
      file.replay === null ? "–" : outcomeText(file.replay),
      file.key,
    ]),
  );
}

/** Records, each with its payload below. */
export function recordLines(records: readonly QuarantineRecord[]): string[] {
  return records.flatMap(({ time, reason, detail, payload }) => [
    `${time}  ${reason}: ${detail}`.replaceAll(/\p{Cc}+/gu, " "),
    `  ${JSON.stringify(payload)}`,
  ]);
}
