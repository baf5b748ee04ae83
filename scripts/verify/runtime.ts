import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "../command.ts";
import { freePort } from "../runtime/ports.ts";
import { type ApiClient, createApiClient } from "../runtime/api-client.ts";
import { readDevFile } from "../runtime/dev-file.ts";

const START_SECONDS = 180;
const POLL_MILLISECONDS = 300;

/** A whole runtime of its own: started as `npm start` does, ended by its process id. */
export interface VerifiedRuntime {
  readonly api: ApiClient;
  close(): Promise<void>;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/v1/ready`).then(
    (response) => response.ok,
    () => false,
  );
}

/**
 * Starts `endcap dev` against a replica with its state in `folder`, and waits until it answers personally.
 * @throws CommandError when it ends or is not ready within {@link START_SECONDS}
 */
export async function startRuntime(replicaUrl: string, folder: string): Promise<VerifiedRuntime> {
  const port = await freePort();
  const cli = join(import.meta.dirname, "../endcap.ts");
  const child = spawn(
    process.execPath,
    [cli, "dev", "--port", String(port), "--replica", replicaUrl, "--state", folder],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://localhost:${port}`;
  const end = Date.now() + START_SECONDS * 1_000;
  while (!existsSync(join(folder, "dev.json")) || !(await isReady(url))) {
    if (hasEnded(child)) throw new CommandError("The runtime ended while it started; its own message is above.");
    if (Date.now() > end) {
      child.kill("SIGTERM");
      throw new CommandError(`The runtime was not ready within ${START_SECONDS} s.`);
    }
    await sleep(POLL_MILLISECONDS);
  }
  const { secret_key: key } = readDevFile(folder);
  return {
    api: createApiClient({ url, key }),
    async close() {
      if (!hasEnded(child)) child.kill("SIGTERM");
      await exited;
    },
  };
}
