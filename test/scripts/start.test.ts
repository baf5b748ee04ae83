import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";

import { eventually } from "../support/runtime.ts";
import { runEndcap, type RunningCommand, startEndcap } from "./cli.ts";

// A whole start on a busy machine of two cores, with room.
const START_MILLISECONDS = 180_000;

const state = mkdtempSync(join(tmpdir(), "endcap-start-"));
const started: RunningCommand[] = [];
let port: number;
beforeAll(async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  port = z.object({ port: z.number() }).parse(server.address()).port;
  server.close();
});
afterAll(async () => {
  for (const { child, ended } of started) {
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(state, { recursive: true, force: true });
});

function start(): RunningCommand {
  const command = startEndcap(["dev", "--port", String(port), "--state", state]);
  started.push(command);
  return command;
}

/** Waits until the command has printed `text`, or fails with all that it printed once it has ended. */
async function untilPrinted(command: RunningCommand, text: string): Promise<void> {
  await eventually(async () => {
    const { stdout, stderr } = command.printed();
    if ((stdout + stderr).includes(text)) return true;
    if (command.child.exitCode !== null) throw new Error(`Ended before it printed "${text}":\n${stdout}${stderr}`);
    return false;
  }, START_MILLISECONDS);
}

/** Every process that was started for this state folder: it is in the environment of each. */
function processesLeft(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        if (!environment.includes(`ENDCAP_STATE_DIR=${state}`)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        // It ended while we looked, or is none of ours.
        return [];
      }
    });
}

// Only Linux shows other processes' environments as files.
const canSeeProcesses = existsSync("/proc/self/environ");

it(
  "leaves no process behind when it is interrupted in the middle of the start",
  { timeout: START_MILLISECONDS },
  async () => {
    const command = start();
    const isUnderWay = (): boolean =>
      canSeeProcesses ? processesLeft().length > 0 : existsSync(join(state, "wrangler.log"));
    await eventually(async () => isUnderWay(), START_MILLISECONDS);
    command.child.kill("SIGINT");
    expect((await command.ended).status).toBe(130);
    expect(processesLeft()).toEqual([]);
  },
);

it(
  "comes up with a shop, a model and an answer, and ends all that it started",
  { timeout: START_MILLISECONDS },
  async () => {
    const command = start();
    await untilPrinted(command, "Endcap is ready.");
    const { stdout } = command.printed();
    expect(stdout).toMatch(/Open +http:\/\/localhost:\d+\/#key=pk_.+&user=.+&token=.+&item=/);
    const dev = z
      .object({ url: z.string(), secret_key: z.string(), sample_user_id: z.string(), sample_item_id: z.string() })
      .parse(JSON.parse(readFileSync(join(state, "dev.json"), "utf8")));
    expect(dev.url).toBe(`http://localhost:${port}`);

    expect(stdout).toMatch(/Shop +http:\/\/localhost:\d+\/shop/);
    const shop = z
      .object({ publishable_key: z.string(), customers: z.array(z.object({ user_id: z.string(), label: z.string() })) })
      .parse(await (await fetch(`${dev.url}/shop/api/shop`)).json());
    expect(shop.customers).toHaveLength(12);
    expect(new Set(shop.customers.map(({ label }) => label.split(", ")[1])).size, "countries").toBe(12);

    const query = `placement=product&user_id=${dev.sample_user_id}&item_id=${dev.sample_item_id}`;
    const response = await fetch(`${dev.url}/v1/recommendations?${query}`, {
      headers: { authorization: `Bearer ${dev.secret_key}` },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ degraded: null, model_version: expect.any(String) });

    const sync = await runEndcap(["sync", "run", "--json"], { ENDCAP_STATE_DIR: state });
    expect(sync.stderr).toContain("✓ Sync");
    expect(JSON.parse(sync.stdout)).toMatchObject({ state: "complete", counts: { items: { written: 0 } } });

    const own = { ENDCAP_STATE_DIR: state };
    const created = await runEndcap(["keys", "create", "reader", "--scope", "recommendations:read", "--json"], own);
    const { key } = z.object({ key: z.string().startsWith("sk_") }).parse(JSON.parse(created.stdout));
    const statusOf = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(dev.url + path, { ...init, headers: { authorization: `Bearer ${key}` } })).status;
    await eventually(async () => (await statusOf("/v1/recommendations?placement=home")) === 200);
    expect(await statusOf("/v1/sync", { method: "POST" })).toBe(403);
    expect((await runEndcap(["keys", "create", "reader", "--publishable"], own)).stderr).toContain("already");
    expect((await runEndcap(["keys", "list"], own)).stdout).toContain("reader  secret  recommendations:read");
    expect((await runEndcap(["keys", "revoke", "reader"], own)).status).toBe(0);
    await eventually(async () => (await statusOf("/v1/recommendations?placement=home")) === 401);

    const second = await runEndcap(["dev", "--port", String(port + 1), "--state", state]);
    expect(second.stderr).toContain("Endcap is already running");

    command.child.kill("SIGTERM");
    expect((await command.ended).status).toBe(0);
    expect(processesLeft()).toEqual([]);
  },
);

it("keeps its state, and says so when the Worker ends by itself", { timeout: START_MILLISECONDS }, async () => {
  const keys = readFileSync(join(state, "keys.json"), "utf8");
  const command = start();
  await untilPrinted(command, "Endcap is ready.");
  expect(command.printed().stderr).not.toContain("First sync");
  expect(readFileSync(join(state, "keys.json"), "utf8")).toBe(keys);
  if (!canSeeProcesses) return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (isOurWrangler(pid)) process.kill(Number(pid), "SIGKILL");
  }
  const { status, stderr } = await command.ended;
  expect(status).toBe(1);
  expect(stderr).toMatch(/The Worker has ended by itself\. .*wrangler\.log ends:/);
  expect(processesLeft()).toEqual([]);
});

function isOurWrangler(pid: string): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return command.includes("wrangler.js\0dev\0") && command.includes(join(state, "worker"));
  } catch {
    return false;
  }
}
