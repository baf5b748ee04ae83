import { formatTable } from "../terminal/table.ts";
import type { DeadLetterRow } from "./dead-letter-answer.ts";

/** A table of dead letters. */
export function deadLetterTable(letters: readonly DeadLetterRow[]): string[] {
  const titles = ["WRITTEN", "QUEUE", "ERROR", "SENT AGAIN", "KEY"].map((title) => ({ title }));
  return formatTable(
    titles,
    letters.map((letter) => [
      letter.written_at,
      letter.queue,
      letter.error ?? "–",
      letter.replayed_at ?? "–",
      letter.key,
    ]),
  );
}
