import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { CommandError } from "../command.ts";
import type { Target } from "./replay.ts";

const START_SECONDS = 180;
const SYNC_SECONDS = 60;

/** A whole runtime of its own: started as `npm start` does, ended by its process id. */
export interface VerifiedRuntime extends Target {
  close(): Promise<void>;
}

/** A port on loopback that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/** Starts `endcap dev` against a replica with its state in `folder`, and waits until it answers personally. */
export async function startRuntime(replicaUrl: string, folder: string): Promise<VerifiedRuntime> {
  const port = await freePort();
  const cli = join(import.meta.dirname, "../endcap.ts");
  const child = spawn(
    process.execPath,
    [cli, "dev", "--port", String(port), "--replica", replicaUrl, "--state", folder],
    {
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let ended = false;
  void exited.then(() => (ended = true));
  const url = `http://127.0.0.1:${port}`;
  const end = Date.now() + START_SECONDS * 1000;
  for (;;) {
    if (ended) throw new CommandError("The runtime ended while it started; its own message is above.");
    if (Date.now() > end) {
      child.kill("SIGTERM");
      throw new CommandError(`The runtime was not ready within ${START_SECONDS} s.`);
    }
    const ready = await fetch(`${url}/v1/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { secret_key: secretKey } = JSON.parse(readFileSync(join(folder, "dev.json"), "utf8")) as {
    secret_key: string;
  };
  return {
    url,
    secretKey,
    async close() {
      if (!ended) child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Runs a sync and waits for its end. @returns its state and error */
export async function sync(target: Target): Promise<{ state: string; error: string | null }> {
  const headers = { authorization: `Bearer ${target.secretKey}` };
  const started = (await (await fetch(`${target.url}/v1/sync`, { method: "POST", headers })).json()) as {
    run_id: string;
  };
  const end = Date.now() + SYNC_SECONDS * 1000;
  for (;;) {
    const run = (await (await fetch(`${target.url}/v1/sync/${started.run_id}`, { headers })).json()) as {
      state: string;
      error: string | null;
    };
    if (run.state !== "queued" && run.state !== "running") return run;
    if (Date.now() > end) throw new CommandError(`The sync ${started.run_id} did not end within ${SYNC_SECONDS} s.`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
