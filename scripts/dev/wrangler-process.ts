import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

import { PROJECT_FOLDER, stateFolder, workerStateFolder } from "../runtime/state-folder.ts";
import { type ProcessGroup, startProcessGroup } from "./process-group.ts";
import type { Resources } from "./resources.ts";

const WRANGLER = join(PROJECT_FOLDER, "node_modules/wrangler/bin/wrangler.js");

/** Where wrangler's output goes. */
export function workerLogPath(): string {
  return join(stateFolder(), "wrangler.log");
}

/** Starts wrangler on the local storage, its output going to {@link workerLogPath}. */
export async function startWrangler(
  args: readonly string[],
  resources: Resources,
  env: Record<string, string> = {},
): Promise<ProcessGroup> {
  const log = openSync(workerLogPath(), "a", 0o600);
  try {
    const group = await startProcessGroup([WRANGLER, ...args, "--persist-to", workerStateFolder()], {
      stdout: log,
      stderr: log,
      env: { ...env, NO_COLOR: "1", WRANGLER_SEND_METRICS: "false" },
    });
    await resources.add(() => group.stop());
    return group;
  } finally {
    closeSync(log);
  }
}
