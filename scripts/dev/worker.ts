import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "../command.ts";
import { startStep } from "../terminal/progress.ts";
import { logTail } from "./log-tail.ts";
import type { ProcessGroup } from "./process-group.ts";
import type { Resources } from "./resources.ts";
import { startWrangler, workerLogPath } from "./wrangler-process.ts";

const HEALTH_DEADLINE_MILLISECONDS = 60_000;
const HEALTH_POLL_MILLISECONDS = 100;
const HEALTH_ANSWER_MILLISECONDS = 2_000;

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
 * @param options.replicaUrl what the REPLICA binding connects to
 * @param options.demoShop the variable DEMO_SHOP
 * @throws CommandError with the log's end when it ends first, or does not answer in time
 */
export async function startWorker(
  options: { readonly port: number; readonly url: string; readonly replicaUrl: string; readonly demoShop: string },
  resources: Resources,
): Promise<LocalWorker> {
  const step = startStep("Worker under wrangler dev");
  const args = ["dev", "--port", String(options.port), "--inspector-port", "0", "--show-interactive-dev-session=false"];
  args.push("--var", `DEMO_SHOP:${options.demoShop}`);
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
