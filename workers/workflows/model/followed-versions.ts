import type { RuntimeEnv } from "../../../platform/env.ts";
import { readControl } from "../../../platform/r2/control-store.ts";

/**
 * The model versions that have to be ready at any moment: the active one first, the one that a roll-back goes to, and
 * the one that ranks in the shadow. Their vectors follow every sync, and every snapshot comes with their parts.
 */
export async function followedVersions(env: RuntimeEnv): Promise<string[]> {
  const read = await readControl(env.RUNTIME);
  if (read === null || read === "unchanged") return [];
  const { active, previous, shadow } = read.control.model;
  return [...new Set([active, previous, shadow?.version ?? null])].filter((version) => version !== null);
}
