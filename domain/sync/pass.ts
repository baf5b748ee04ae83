import { z } from "zod";

import type { ChangeDetection } from "../config/schema.ts";
import { keySumSchema } from "./key-sum.ts";

const key = z.array(z.string());
const passSchema = z.discriminatedUnion("kind", [
  /** Nothing more to read in this run. */
  z.strictObject({ kind: z.literal("idle") }),
  /** Quarantined rows again, by their key: what they refer to may have come. */
  z.strictObject({ kind: z.literal("retry"), after: z.string() }),
  /** Only the rows behind the last known ones. `from` bounds the cursor column, `after` pages. */
  z.strictObject({ kind: z.literal("tail"), after: key.nullable(), from: z.string().nullable() }),
  /**
   * Ranges up to the id `bound`, in the order of their ids: those through `verified` were compared by checksum.
   * `counted`: rows without a key were. `blank`: D1 had nothing of the entity when the reading began, so that there is
   * nothing to compare its rows with.
   */
  z.strictObject({
    kind: z.literal("ranges"),
    counted: z.boolean(),
    blank: z.boolean(),
    verified: z.number().int(),
    bound: z.number().int(),
  }),
  /** Keys that an earlier division into ranges, or a tail, has left: those that the source no longer has are deleted. */
  z.strictObject({ kind: z.literal("retired") }),
  /**
   * The rows of a source of pages that changed since `from`. Its positions are no values of the cursor's column: a
   * reading that was cut begins anew.
   */
  z.strictObject({ kind: z.literal("changes"), after: key.nullable(), from: z.string() }),
  /** Every row of a source of pages. `live` and `faults` are the keys that are in D1, or in quarantine, after their page. */
  z.strictObject({ kind: z.literal("pages"), after: key.nullable(), live: keySumSchema, faults: keySumSchema }),
  /** The last of the pages is in D1: what it has is to be compared with them. */
  z.strictObject({ kind: z.literal("pages_end"), live: keySumSchema, faults: keySumSchema }),
  /** Every key of a source of pages again, since D1 has other keys than its pages had. */
  z.strictObject({ kind: z.literal("sweep") }),
]);
export type Pass = z.infer<typeof passSchema>;
export type PassOf<Kind extends Pass["kind"]> = Extract<Pass, { kind: Kind }>;

/** Where the reading of one entity stands; kept in `sync_state`, committed together with each page. */
export const entityStateSchema = z.strictObject({
  /** Which rows are read: source, table and key. When it changes, the division into ranges begins anew. */
  identity: z.string(),
  /** What of a row is read and what becomes of it. When it changes, every range is read once. */
  shape: z.string(),
  /** The run that last moved this state. */
  run: z.number().int(),
  pass: passSchema,
  /** `cursor`: everything up to this value was read. */
  cursor: z.string().nullable(),
  /** `cursor`: the greatest value before the first whole reading began; it counts when that is done. */
  cursorAtStart: z.string().nullable(),
  /** `append`: everything up to this key was read. */
  lastKey: key.nullable(),
  /** True after the first whole reading. */
  known: z.boolean(),
  runsSinceVerify: z.number().int(),
  /** The id of the next new range. */
  nextRange: z.number().int(),
});
export type EntityState = z.infer<typeof entityStateSchema>;

/** The state of an entity of which nothing was read. */
export function initialState(identity: string, shape: string, nextRange: number): EntityState {
  return {
    identity,
    shape,
    run: 0,
    pass: { kind: "idle" },
    cursor: null,
    cursorAtStart: null,
    lastKey: null,
    known: false,
    runsSinceVerify: 0,
    nextRange,
  };
}

/**
 * The state with which a run begins. Ranges that an earlier run left half read know themselves what is missing; a cut
 * tail is begun again with its overlap, behind what it had committed, because late commits may have come in between.
 */
export function beginRun(state: EntityState, run: number, change: ChangeDetection): EntityState {
  if (state.run === run) return state;
  return {
    ...afterTail(state, change),
    run,
    runsSinceVerify: state.runsSinceVerify + 1,
    pass: { kind: "retry", after: "" },
  };
}

/** Whether every range is compared in this run. @param unread true when some range must be read whatever the source says */
export function verifies(state: EntityState, change: ChangeDetection, everyRuns: number, unread: boolean): boolean {
  return change.kind === "snapshot" || !state.known || unread || state.runsSinceVerify >= everyRuns;
}

/** What a tail has read so far, taken over into the state. */
export function afterTail(state: EntityState, change: ChangeDetection): EntityState {
  const { pass } = state;
  if (pass.kind !== "tail" || pass.after === null) return state;
  if (change.kind === "cursor") return { ...state, cursor: pass.after[0] ?? state.cursor };
  return { ...state, lastKey: pass.after };
}
