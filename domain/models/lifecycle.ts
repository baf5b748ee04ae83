import type { Control } from "../control/control.ts";
import { err, ok, type Result } from "../result.ts";

/** How far a model version has come. `active` and `shadow` follow from control.json. */
export const MODEL_STATES = ["published", "validated", "refused", "indexed", "shadow", "active", "retired"] as const;
export type ModelState = (typeof MODEL_STATES)[number];

/** The part of control.json that says which models are at work: the one truth about it. */
export type ModelPointers = Control["model"];

/** Share of the requests that a shadow ranks when nobody says otherwise. */
export const SHADOW_SHARE_DEFAULT = 0.1;

/** What the ModelWorkflow does beside publishing: `prepare` makes a version's parts of the present snapshot, `withdraw` deletes its vectors. */
export interface ModelJob {
  readonly version: string;
  readonly action: "prepare" | "withdraw";
}

/** Why the pointers cannot be moved so. */
export type PointerRefusal =
  | { readonly kind: "is_active" }
  | { readonly kind: "no_previous" }
  | { readonly kind: "nothing_active" };

/** True for a version whose vectors are in the index: it may become the active one, or a shadow. */
export function isReady(state: string): boolean {
  return state === "indexed" || state === "shadow" || state === "active";
}

/** Nobody's shadow any more. */
export function withoutShadow({ active, previous }: ModelPointers): ModelPointers {
  return { active, previous };
}

function shadowUnless(version: string, { shadow }: ModelPointers): Pick<ModelPointers, "shadow"> {
  return shadow === undefined || shadow.version === version ? {} : { shadow };
}

/** The version serves, the one before is the way back. Once more the same changes nothing. */
export function activated(pointers: ModelPointers, version: string): ModelPointers {
  if (pointers.active === version) return pointers;
  return { active: version, previous: pointers.active, ...shadowUnless(version, pointers) };
}

/** The version before serves again; going back twice is going forth. */
export function rolledBack(pointers: ModelPointers): Result<ModelPointers, PointerRefusal> {
  return pointers.previous === null ? err({ kind: "no_previous" }) : ok(activated(pointers, pointers.previous));
}

/** The version ranks a share of the requests beside the active one, instead of whichever did so before. */
export function shadowed(
  pointers: ModelPointers,
  version: string,
  share: number,
): Result<ModelPointers, PointerRefusal> {
  if (pointers.active === null) return err({ kind: "nothing_active" });
  if (pointers.active === version) return err({ kind: "is_active" });
  return ok({ ...pointers, shadow: { version, share } });
}

/** The version is in no pointer any more. */
export function retired(pointers: ModelPointers, version: string): Result<ModelPointers, PointerRefusal> {
  const { active, previous } = pointers;
  if (active === version) return err({ kind: "is_active" });
  return ok({ active, previous: previous === version ? null : previous, ...shadowUnless(version, pointers) });
}

/** The state of a version as the pointers say it, whatever was noted when they last moved. */
export function stateUnder(pointers: ModelPointers, version: string, noted: ModelState): ModelState {
  if (pointers.active === version) return "active";
  if (pointers.shadow?.version === version) return "shadow";
  return noted === "active" || noted === "shadow" ? "indexed" : noted;
}
