import { isAbsolute, join, resolve } from "node:path";

/** The project's folder, wherever a command is called from. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, "../..");

/**
 * The folder in which the local runtime keeps its books (keys, dev.json, logs, the embedded replica):
 * `.endcap`, or what ENDCAP_STATE_DIR says. A runtime with a folder of its own also keeps the Worker's storage there,
 * so that several can stand side by side.
 */
export function stateFolder(): string {
  const named = process.env["ENDCAP_STATE_DIR"];
  if (named === undefined || named === "") return join(PROJECT_FOLDER, ".endcap");
  return isAbsolute(named) ? named : resolve(PROJECT_FOLDER, named);
}

/** Where the local Worker keeps D1, R2 and its objects: wrangler's own place, so that plain `wrangler dev` finds it. */
export function workerStateFolder(): string {
  const named = process.env["ENDCAP_STATE_DIR"];
  return named === undefined || named === "" ? join(PROJECT_FOLDER, ".wrangler/state") : join(stateFolder(), "worker");
}
