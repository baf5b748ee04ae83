import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { type Control, emptyControl } from "../../../domain/control/control.ts";
import { freePort } from "../../../scripts/runtime/ports.ts";
import { eventually } from "../../support/runtime.ts";
import type { Row } from "../property/shop.ts";

const ROOT = join(import.meta.dirname, "../../..");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
/** Below the folder, beside its configuration. */
const STORAGE = "state";
const KEY = "sk_test_other_process";
/** A start on a busy machine of two cores, with room. */
const START_MILLISECONDS = 90_000;
const OUTPUT_MAX = 4_000;

const rowsSchema = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])));

/** The real Worker in a process of its own, on storage that outlives it. */
export interface RuntimeProcess {
  /** A request to the Worker, with a key that may do everything. */
  call(path: string, method: "GET" | "POST"): Promise<unknown>;
  /** Rows of its D1. */
  readonly stored: (sql: string) => Promise<Row[]>;
  /** Ends it and everything that it has started at once, as a power cut would. */
  kill(): Promise<void>;
}

/** What every process of one test shares. */
export interface RuntimeProcessOptions {
  /** Where its storage and all its temporary files live. */
  readonly folder: string;
  /** The shop's configuration, as a path from the project's folder. */
  readonly shop: string;
  /** Address that the REPLICA binding connects to. */
  readonly replica: string;
}

/** A wrangler.toml for the shop, in the folder: what a killed wrangler leaves behind lies there too. */
async function writeConfiguration({ folder, shop }: RuntimeProcessOptions): Promise<string> {
  const path = join(folder, "wrangler.toml");
  const absolute = (file: string): string => JSON.stringify(join(ROOT, file));
  const configuration = (await readFile(join(ROOT, "wrangler.toml"), "utf8"))
    .replace(
      /^main = .*$/m,
      `main = ${absolute("test/sync/trouble/worker.ts")}\nalias = { "#shop-config" = ${absolute(shop)} }`,
    )
    .replaceAll(
      /^(directory|migrations_dir) = "(\w+)"$/gm,
      (_, name: string, file: string) => `${name} = ${absolute(file)}`,
    );
  await writeFile(path, configuration);
  return path;
}

/** Brings the D1 of a folder up to the newest migration. */
export async function migrate(options: RuntimeProcessOptions): Promise<void> {
  const { folder } = options;
  const configuration = ["--config", await writeConfiguration(options)];
  const args = [WRANGLER, "d1", "migrations", "apply", "DB", "--local", "--persist-to", join(folder, STORAGE)];
  await promisify(execFile)(process.execPath, [...args, ...configuration], { cwd: ROOT });
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/v1/health`).then(
    (response) => response.ok,
    () => false,
  );
}

async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  // Its group: workerd is a process of its own.
  process.kill(-child.pid, "SIGKILL");
  await ended;
}

/** Starts the Worker under `wrangler dev`. Whoever starts it kills it. */
export async function startRuntimeProcess(options: RuntimeProcessOptions): Promise<RuntimeProcess> {
  const { folder, replica } = options;
  const port = await freePort();
  const args = ["dev", "--config", await writeConfiguration(options), "--persist-to", join(folder, STORAGE)];
  const quiet = ["--port", String(port), "--inspector-port", "0", "--show-interactive-dev-session=false"];
  const child = spawn(process.execPath, [WRANGLER, ...args, ...quiet], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_REPLICA: replica,
      WRANGLER_SEND_METRICS: "false",
      NO_COLOR: "1",
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-OUTPUT_MAX);
    });
  }
  const url = `http://127.0.0.1:${port}`;
  try {
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`wrangler ended:\n${output}`);
      return isReady(url);
    }, START_MILLISECONDS);
  } catch (error) {
    await killGroup(child);
    throw error;
  }
  const hash = createHash("sha256").update(KEY).digest("hex");
  const control: Control = {
    ...emptyControl(new Date()),
    keys: [{ id: "other-process", kind: "secret", hash, scopes: ["admin"], origins: [] }],
  };
  await fetch(`${url}/v1/control`, { method: "PUT", body: JSON.stringify(control) });
  const call = async (path: string, method: "GET" | "POST", body?: unknown): Promise<unknown> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
  return {
    call: (path, method) => call(path, method),
    stored: async (sql) => rowsSchema.parse(await call("/v1/sql", "POST", { sql })) as unknown as Row[],
    kill: () => killGroup(child),
  };
}
