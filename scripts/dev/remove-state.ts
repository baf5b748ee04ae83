import { rm } from "node:fs/promises";
import { join } from "node:path";

import { stateFolder, workerStateFolder } from "../runtime/state-folder.ts";

/** What a start leaves in the state folder; anything else there is the developer's own. */
const ENTRIES = ["replica", "reference-model", "keys.json", "dev.json", "last-replica", "wrangler.log"] as const;

/** Removes all that earlier starts kept: the demo shop, keys, and the Worker's storage. */
export async function removeState(): Promise<void> {
  const paths = [workerStateFolder(), ...ENTRIES.map((entry) => join(stateFolder(), entry))];
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
}
