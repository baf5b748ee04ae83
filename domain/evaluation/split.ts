import { err, ok, type Result } from "../result.ts";
import { splitColdItems } from "./split-cold-items.ts";
import { holdOutLast, holdOutRandomly } from "./split-items.ts";
import { splitNextItem } from "./split-next-item.ts";
import { splitByTime } from "./split-temporal.ts";

/** One row of an interactions file. */
export interface EvaluationRow {
  readonly userId: string;
  readonly itemId: string;
  readonly rating: number | null;
  /** Milliseconds since 1970 UTC, null when the file does not say. */
  readonly at: number | null;
  /** Rows of one order; null when the file does not say. */
  readonly orderId: string | null;
  /** Rows of one visit; null when the file does not say. */
  readonly sessionId: string | null;
  readonly quantity: number | null;
}

/** What is trained on, what is to be found again, and what may be used to find it. */
export interface Split {
  readonly train: readonly EvaluationRow[];
  readonly test: readonly EvaluationRow[];
  /** For users in the middle of a session, its rows so far, oldest first: they are rows of `train` too. */
  readonly sessions: ReadonlyMap<string, readonly EvaluationRow[]>;
  /**
   * Whether new items are asked for: then all items of the items file are ranked, and a model has nothing but their
   * content. Otherwise the items of `train` are ranked.
   */
  readonly newItems: boolean;
}

export const PROTOCOLS = ["random", "leave-one-out", "temporal", "cold-items", "next-item"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Why a protocol cannot split these rows. */
export interface SplitError {
  readonly kind: "times_missing";
}

/**
 * Splits interactions for an evaluation. The rules of each protocol stand with its function.
 * @param random numbers in [0, 1)
 * @param described the items of the items file: `cold-items` holds out only what these can tell of; null = all
 */
export function splitInteractions(
  rows: readonly EvaluationRow[],
  protocol: Protocol,
  random: () => number,
  described: ReadonlySet<string> | null = null,
): Result<Split, SplitError> {
  const hasTimes = rows.every((row) => row.at !== null);
  switch (protocol) {
    case "random":
      return ok(holdOutRandomly(rows, random));
    case "leave-one-out":
      return ok(holdOutLast(rows, random));
    case "temporal":
      return hasTimes ? ok(splitByTime(rows)) : err({ kind: "times_missing" });
    case "cold-items":
      return ok(splitColdItems(rows, random, described));
    case "next-item":
      // The order within a session may be the file's; without sessions only times can tell it.
      return hasTimes || rows.some((row) => row.sessionId !== null)
        ? ok(splitNextItem(rows))
        : err({ kind: "times_missing" });
    default:
      return protocol satisfies never;
  }
}
