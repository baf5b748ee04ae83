import { err, ok, type Result } from "../result.ts";

/** One row of an interactions file. */
export interface EvaluationRow {
  readonly userId: string;
  readonly itemId: string;
  readonly rating: number | null;
  /** Milliseconds since 1970 UTC, null when the file does not say. */
  readonly at: number | null;
  /** Rows of one order; null when the file does not say. */
  readonly orderId: string | null;
}

/** What is trained on, and what is to be found again. */
export interface Split {
  readonly train: readonly EvaluationRow[];
  readonly test: readonly EvaluationRow[];
}

export const PROTOCOLS = ["random", "temporal", "leave-one-out"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Share of the rows (temporal) or of each user's items (random) that is held out. */
export const HELD_OUT_SHARE = 0.2;

function rowsByUser(rows: readonly EvaluationRow[]): Map<string, EvaluationRow[]> {
  const users = new Map<string, EvaluationRow[]>();
  for (const row of rows) {
    const own = users.get(row.userId) ?? [];
    own.push(row);
    users.set(row.userId, own);
  }
  return users;
}

/** Holds out whole items of a user, all their rows: an item that stayed in training would be left out of the ranking. */
function holdOutItems(
  rows: readonly EvaluationRow[],
  choose: (own: readonly EvaluationRow[], items: readonly string[]) => readonly string[],
): Split {
  const train: EvaluationRow[] = [];
  const test: EvaluationRow[] = [];
  for (const own of rowsByUser(rows).values()) {
    const items = [...new Set(own.map((row) => row.itemId))].sort();
    // Of a user with one item nothing would be left to learn from.
    const heldOut = new Set(items.length < 2 ? [] : choose(own, items));
    for (const row of own) (heldOut.has(row.itemId) ? test : train).push(row);
  }
  return { train, test };
}

function drawSome(items: readonly string[], count: number, random: () => number): string[] {
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}

function splitRandomly(rows: readonly EvaluationRow[], random: () => number): Split {
  return holdOutItems(rows, (_, items) => drawSome(items, Math.round(items.length * HELD_OUT_SHARE), random));
}

function leaveLastOut(rows: readonly EvaluationRow[], random: () => number): Split {
  return holdOutItems(rows, (own, items) => {
    if (own.some((row) => row.at === null)) return drawSome(items, 1, random);
    const last = own.reduce((newest, row) => ((row.at ?? 0) >= (newest.at ?? 0) ? row : newest));
    return [last.itemId];
  });
}

/** One moment for all users: nobody's future teaches what another's past was to show. */
function splitByTime(rows: readonly EvaluationRow[]): Split {
  const times = rows.map((row) => row.at ?? 0).sort((a, b) => a - b);
  const cut = times[Math.floor(times.length * (1 - HELD_OUT_SHARE))] ?? Infinity;
  const train = rows.filter((row) => (row.at ?? 0) < cut);
  const known = new Set(train.map((row) => `${row.userId}\n${row.itemId}`));
  // What a user had before is not ranked, so it cannot be asked for.
  const test = rows.filter((row) => (row.at ?? 0) >= cut && !known.has(`${row.userId}\n${row.itemId}`));
  return { train, test };
}

/**
 * Splits interactions for an evaluation: `random` holds out a fifth of each user's items, `leave-one-out` each user's
 * last item (a drawn one where times are missing), `temporal` everything after the moment that four fifths of the rows
 * precede.
 * @param random numbers in [0, 1)
 */
export function splitInteractions(
  rows: readonly EvaluationRow[],
  protocol: Protocol,
  random: () => number,
): Result<Split, { readonly kind: "times_missing" }> {
  switch (protocol) {
    case "random":
      return ok(splitRandomly(rows, random));
    case "leave-one-out":
      return ok(leaveLastOut(rows, random));
    case "temporal":
      return rows.some((row) => row.at === null) ? err({ kind: "times_missing" }) : ok(splitByTime(rows));
    default:
      return protocol satisfies never;
  }
}
