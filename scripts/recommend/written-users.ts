import { shownItemCount } from "../../domain/attribution/recommendation-id.ts";
import { CommandError } from "../command.ts";
import { parseCsv } from "../evaluate/csv.ts";
import { readRecords } from "./read-records.ts";
import { HEADER } from "./rows.ts";

/** What a list holds already. */
export interface WrittenUsers {
  readonly users: ReadonlySet<string>;
  /** Bytes up to the end of the last user who is whole; 0 when not even the header is. */
  readonly bytes: number;
  /** Of the answers in it; null before there is one. */
  readonly placement: string | null;
}

/** What a line says of its user's answer. */
interface Row {
  readonly userId: string;
  readonly placement: string;
  readonly recommendationId: string;
}

function parseRow(record: string): Row | null {
  try {
    const [row] = parseCsv(HEADER + record);
    const { user_id: userId, placement, recommendation_id: recommendationId } = row ?? {};
    return userId === undefined || placement === undefined || recommendationId === undefined
      ? null
      : { userId, placement, recommendationId };
  } catch {
    return null;
  }
}

/** The lines of the newest user, as far as they are there. */
interface Block {
  readonly row: Row;
  /** Bytes from the file's beginning. */
  readonly start: number;
  readonly end: number;
  readonly lines: number;
}

function nextBlock(before: Block | null, row: Row, start: number, end: number): Block {
  return before?.row.userId === row.userId
    ? { ...before, end, lines: before.lines + 1 }
    : { row, start, end, lines: 1 };
}

/**
 * Looks through a list that an earlier run wrote. A run that was killed in the middle of a write may have left the last
 * user's lines incomplete: the id of an answer says how many items it had, so that such a user is found, and does not
 * count as written.
 * @param chunks the file, from its beginning
 * @throws CommandError when it is something else than a list
 */
export async function findWrittenUsers(path: string, chunks: AsyncIterable<Buffer>): Promise<WrittenUsers> {
  const notOurs = (what: string): CommandError =>
    new CommandError(`${path} ${what}. It is left as it is: choose another --out.`);
  const users = new Set<string>();
  let headerEnd = 0;
  let at = 0;
  let block: Block | null = null;
  for await (const { text, isWhole, end } of readRecords(chunks)) {
    if (headerEnd === 0) {
      if (isWhole ? text !== HEADER : !HEADER.startsWith(text))
        throw notOurs("exists and is no list of recommendations");
      if (isWhole) headerEnd = end;
    } else if (isWhole) {
      const row = parseRow(text);
      if (row === null) throw notOurs("holds a line that is no recommendation");
      block = nextBlock(block, row, at, end);
      users.add(row.userId);
    }
    at = end;
  }
  if (block === null) return { users, bytes: headerEnd, placement: null };
  const { row, start, end, lines } = block;
  const isWhole = shownItemCount(row.recommendationId) === lines;
  if (!isWhole) users.delete(row.userId);
  return { users, bytes: isWhole ? end : start, placement: row.placement };
}
