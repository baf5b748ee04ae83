import { recommendationRowCount } from "../lake/recommendations-table.ts";
import { SERVED_FILE_MAX_ROWS } from "./limits.ts";
import type { ServedAnswer, ServedMessage } from "./served-message.ts";

/**
 * Divides what some messages hold into files of the lake, in order: an answer is never divided, and a file has at most
 * {@link SERVED_FILE_MAX_ROWS} rows, one per item of an answer. No file is without rows.
 */
export function servedFiles(messages: readonly ServedMessage[], maxRows = SERVED_FILE_MAX_ROWS): ServedAnswer[][] {
  const files: ServedAnswer[][] = [];
  let answers: ServedAnswer[] = [];
  let rows = 0;
  const close = (): void => {
    if (rows > 0) files.push(answers);
    [answers, rows] = [[], 0];
  };
  for (const answer of messages.flatMap((message) => message.answers)) {
    const more = recommendationRowCount(answer);
    if (rows > 0 && rows + more > maxRows) close();
    answers.push(answer);
    rows += more;
  }
  close();
  return files;
}
