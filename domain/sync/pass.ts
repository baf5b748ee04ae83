import { z } from "zod";

import type { ChangeDetection } from "../config/schema.ts";

const key = z.array(z.string());
const passSchema = z.discriminatedUnion("kind", [
  /** Nothing more to read in this run. */
  z.strictObject({ kind: z.literal("idle") }),
  /** Every row in key order. `live` and `faults` count rows that are in D1, or in quarantine, after their page. */
  z.strictObject({
    kind: z.literal("full"),
    after: key.nullable(),
    /** The greatest cursor value before the first page: what the cursor is when the pass is done. */
    cursor: z.string().nullable(),
    live: z.number().int(),
    faults: z.number().int(),
  }),
  /** Quarantined rows again, by their key: what they refer to may have come. */
  z.strictObject({ kind: z.literal("retry"), after: z.string() }),
  /** Only the rows behind the last known ones. `from` bounds the cursor column, `after` pages. */
  z.strictObject({ kind: z.literal("tail"), after: key.nullable(), from: z.string().nullable() }),
  /** Keys that we have and the source may not; stops when `missing` were found, null = unknown. */
  z.strictObject({ kind: z.literal("sweep"), after: key.nullable(), missing: z.number().int().nullable() }),
  /** The same for quarantine entries. */
  z.strictObject({ kind: z.literal("sweep_quarantine"), after: z.string() }),
]);
export type Pass = z.infer<typeof passSchema>;
export type PassOf<Kind extends Pass["kind"]> = Extract<Pass, { kind: Kind }>;

/** Where the reading of one entity stands; kept in `sync_state`, committed together with each page. */
export const entityStateSchema = z.strictObject({
  /** What was read, and how: a change of configuration starts over. */
  source: z.string(),
  /** The run that last moved this state. */
  run: z.number().int(),
  pass: passSchema,
  /** `cursor`: everything up to this value was read. */
  cursor: z.string().nullable(),
  /** `append`: everything up to this key was read. */
  lastKey: key.nullable(),
  /** True after the first whole pass. */
  known: z.boolean(),
  runsSinceSweep: z.number().int(),
});
export type EntityState = z.infer<typeof entityStateSchema>;

const FULL: Pass = { kind: "full", after: null, cursor: null, live: 0, faults: 0 };

/** The state of an entity of which nothing was read. */
export function initialState(source: string): EntityState {
  return { source, run: 0, pass: { kind: "idle" }, cursor: null, lastKey: null, known: false, runsSinceSweep: 0 };
}

/**
 * The state with which a run begins. A whole pass that was cut short goes on where it stood; a cut tail is begun again
 * with its overlap, behind what it had committed, because late commits may have come in between.
 */
export function beginRun(state: EntityState, run: number, change: ChangeDetection): EntityState {
  if (state.run === run) return state;
  const { pass } = state;
  const moved = { ...state, run };
  if (pass.kind === "full") return moved;
  if (change.kind === "snapshot" || !state.known) return { ...moved, pass: FULL };
  return { ...afterTail(moved, change), runsSinceSweep: state.runsSinceSweep + 1, pass: { kind: "retry", after: "" } };
}

/** What a tail has read so far, taken over into the state. */
export function afterTail(state: EntityState, change: ChangeDetection): EntityState {
  const { pass } = state;
  if (pass.kind !== "tail" || pass.after === null) return state;
  if (change.kind === "cursor") return { ...state, cursor: pass.after[0] ?? state.cursor };
  return { ...state, lastKey: pass.after };
}
