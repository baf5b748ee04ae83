import { isReferenceFault, type RowFault } from "./row-fault.ts";

/** What is kept of a row that cannot be used: `waiting` for a row that it refers to, else `set_aside`. */
export interface QuarantineState {
  readonly state: "waiting" | "set_aside";
  readonly reason: string;
  readonly detail: string;
  /** The run that first met this fault. */
  readonly firstRun: number;
  /** The run that last changed the entry. */
  readonly lastRun: number;
}

/**
 * The entry of a faulty row after this run. A reference to a row that is not there waits one run, since the source may
 * be read before both are in it; then it is set aside like any other fault.
 * @returns null when the entry stays as it is, so that an old fault costs no write
 */
export function nextEntry(before: QuarantineState | undefined, fault: RowFault, run: number): QuarantineState | null {
  const known = before?.reason === fault.kind ? before : undefined;
  const firstRun = known?.firstRun ?? run;
  const state = isReferenceFault(fault.kind) && firstRun === run ? "waiting" : "set_aside";
  if (known?.state === state && known.detail === fault.detail) return null;
  return { state, reason: fault.kind, detail: fault.detail, firstRun, lastRun: run };
}
