import { recommendationRowCount } from "../lake/recommendations-table.ts";
import { SERVED_FILE_MAX_ROWS } from "./limits.ts";
import type { ServedAnswer, ServedMessage } from "./served-message.ts";

/** What one file of the lake is to hold. */
export interface ServedFile {
  readonly answers: readonly ServedAnswer[];
  /** Rows: one per item of an answer. */
  readonly items: number;
  /** Answers of which a stage was left out. */
  readonly degraded: number;
  /** Answers that isolates could not send. */
  readonly lost: number;
}

function fileOf(answers: readonly ServedAnswer[], lost: number): ServedFile {
  return {
    answers,
    items: answers.reduce((sum, answer) => sum + recommendationRowCount(answer), 0),
    degraded: answers.filter((answer) => answer.degraded.length > 0).length,
    lost,
  };
}

/**
 * Divides what some messages hold into files, in order: an answer is never divided, and a file has at most
 * {@link SERVED_FILE_MAX_ROWS} rows. There is always one, for what was lost or had no items must be counted too; what
 * was lost stands with the first.
 */
export function servedFiles(messages: readonly ServedMessage[], maxRows = SERVED_FILE_MAX_ROWS): ServedFile[] {
  const lost = messages.reduce((sum, message) => sum + message.lost, 0);
  const files: ServedFile[] = [];
  let answers: ServedAnswer[] = [];
  let rows = 0;
  const close = (): void => void files.push(fileOf(answers, files.length === 0 ? lost : 0));
  for (const answer of messages.flatMap((message) => message.answers)) {
    const more = recommendationRowCount(answer);
    if (answers.length > 0 && rows + more > maxRows) {
      close();
      answers = [];
      rows = 0;
    }
    answers.push(answer);
    rows += more;
  }
  close();
  return files;
}
