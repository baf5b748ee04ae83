import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "../command.ts";
import { PROJECT_FOLDER, stateFolder, workerStateFolder } from "../runtime/state-folder.ts";
import { startStep } from "../terminal/progress.ts";
import { logTail } from "./log-tail.ts";
import { type ProcessGroup, startProcessGroup } from "./process-group.ts";
import type { Resources } from "./resources.ts";

const WRANGLER = join(PROJECT_FOLDER, "node_modules/wrangler/bin/wrangler.js");
const HEALTH_DEADLINE_MILLISECONDS = 60_000;
const HEALTH_POLL_MILLISECONDS = 100;
const HEALTH_ANSWER_MILLISECONDS = 2_000;

/** Where wrangler's output goes. */
export function workerLogPath(): string {
  return join(stateFolder(), "wrangler.log");
}

async function startWrangler(
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

/** Brings the local D1 up to the newest migration. @throws CommandError with the log's end */
export async function migrateDatabase(resources: Resources): Promise<void> {
  const step = startStep("D1 migrations");
  const wrangler = await startWrangler(["d1", "migrations", "apply", "DB", "--local"], resources);
  const { status } = await wrangler.exited;
  if (status !== 0) {
    step.fail("failed");
    throw new CommandError(`D1 could not be migrated. ${workerLogPath()} ends:\n${logTail(workerLogPath())}`);
  }
  step.done();
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v1/health`, { signal: AbortSignal.timeout(HEALTH_ANSWER_MILLISECONDS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The Worker under `wrangler dev`. */
export interface LocalWorker {
  /** Settles when it has ended by itself. */
  readonly exited: ProcessGroup["exited"];
}

/**
 * Starts the Worker under `wrangler dev` and waits until it answers.
 * @param replicaUrl what the REPLICA binding connects to
 * @throws CommandError with the log's end when it ends first, or does not answer in time
 */
export async function startWorker(
  options: { readonly port: number; readonly url: string; readonly replicaUrl: string },
  resources: Resources,
): Promise<LocalWorker> {
  const step = startStep("Worker under wrangler dev");
  const args = ["dev", "--port", String(options.port), "--inspector-port", "0", "--show-interactive-dev-session=false"];
  const wrangler = await startWrangler(args, resources, {
    CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_REPLICA: options.replicaUrl,
  });
  let ended = false;
  void wrangler.exited.then(() => (ended = true));
  const deadline = Date.now() + HEALTH_DEADLINE_MILLISECONDS;
  while (!(await isHealthy(options.url))) {
    if (ended || Date.now() > deadline) {
      step.fail(ended ? "ended" : "does not answer");
      throw new CommandError(`The Worker did not start. ${workerLogPath()} ends:\n${logTail(workerLogPath())}`);
    }
    await sleep(HEALTH_POLL_MILLISECONDS);
  }
  step.done(options.url);
  return { exited: wrangler.exited };
}
