import type { Context } from "hono";

import { type ApiEnv, controlSourceOf, waitUntilOf } from "../context.ts";
import { latestControl } from "../control-cache.ts";
import { readyState } from "../recommendations/catalogue-cache.ts";

/**
 * What the isolate that answers does with a version at this moment, from its memory as a recommendation would: the way
 * to see a switch take effect. Null: nothing, or not yet.
 */
export async function servingAs(context: Context<ApiEnv>, version: string): Promise<"active" | "shadow" | null> {
  const { control } = await latestControl(controlSourceOf(context));
  if (control === null) return null;
  if (control.model.shadow?.version === version) return "shadow";
  if (control.model.active !== version) return null;
  // Before the first snapshot there is nothing to serve with it.
  if (control.catalogue === null) return "active";
  const state = await readyState(context.env, control, waitUntilOf(context));
  return state?.model?.manifest.version === version ? "active" : null;
}
