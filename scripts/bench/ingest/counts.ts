/** What the platform would charge for, counted in the bench's Worker. */
export interface IngestCounts {
  /** Messages sent to the queue `events`, in blocks of 64 KB as they are charged. */
  queueBlocks: number;
  queueMessages: number;
  /** Calls of an object and alarms of one, by class. */
  objectCalls: Record<string, number>;
  /** Puts and lists, gets and heads, by bucket. */
  classA: Record<string, number>;
  classB: Record<string, number>;
  /** Rows written, by what they are of: `session`, `ledger ids`, `ledger alarm`, `D1 hourly_items`, … */
  rows: Record<string, number>;
}

/** Nothing counted yet. */
export function noCounts(): IngestCounts {
  return { queueBlocks: 0, queueMessages: 0, objectCalls: {}, classA: {}, classB: {}, rows: {} };
}

/** Adds to one of several counts. */
export function add(counts: Record<string, number>, name: string, amount: number): void {
  counts[name] = (counts[name] ?? 0) + amount;
}

const TABLE_PATTERN = /\b(?:INTO|UPDATE|FROM|TABLE(?: IF NOT EXISTS)?)\s+"?([a-z]+(?:_[a-z]+)*)/i;

/** The table that a statement is about, without the number that tells it from others of its kind. */
export function tableOf(sql: string): string {
  return TABLE_PATTERN.exec(sql)?.[1] ?? "other";
}
