import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "../command.ts";
import { PROJECT_FOLDER, workerStateFolder } from "../runtime/state-folder.ts";
import { startStep } from "../terminal/progress.ts";
import { logTail } from "./log-tail.ts";
import type { Resources } from "./resources.ts";
import { startWrangler, workerLogPath } from "./wrangler-process.ts";

/** Says which migrations there are: names and contents. */
function fingerprint(): string {
  const folder = join(PROJECT_FOLDER, "migrations");
  const hash = createHash("sha256");
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith(".sql")) hash.update(file).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex");
}

/**
 * Brings the local D1 up to the newest migration. Asking wrangler takes two seconds, so it is asked only when there
 * are other migrations than at the last start; the note of that lies beside the database and goes where it goes.
 * @throws CommandError with the log's end
 */
export async function migrateDatabase(resources: Resources): Promise<void> {
  const applied = join(workerStateFolder(), "endcap-migrations");
  const newest = fingerprint();
  if (existsSync(applied) && readFileSync(applied, "utf8") === newest) return;
  const step = startStep("D1 migrations");
  const wrangler = await startWrangler(["d1", "migrations", "apply", "DB", "--local"], resources);
  const { status } = await wrangler.exited;
  if (status !== 0) {
    step.fail("failed");
    throw new CommandError(`D1 could not be migrated. ${workerLogPath()} ends:\n${logTail(workerLogPath())}`);
  }
  mkdirSync(workerStateFolder(), { recursive: true });
  writeFileSync(applied, newest);
  step.done();
}
