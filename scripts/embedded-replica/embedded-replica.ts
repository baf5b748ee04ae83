import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import {
  DEMO_SHOP_CUSTOMERS_DEFAULT,
  DEMO_SHOP_PRODUCTS_DEFAULT,
  DEMO_SHOP_SEED_DEFAULT,
} from "../demo-shop/generate.ts";
import { type ReplicaMessage, replicaMessageSchema } from "./messages.ts";

const SERVER_PROGRAM = join(import.meta.dirname, "server.ts");
/** A process that does not end by itself in this time is killed. */
const CLOSE_MILLISECONDS = 5_000;
/** How much of the end of the process's error output is kept for the message. */
const ERROR_OUTPUT_MAX = 4_000;

export interface EmbeddedReplicaOptions {
  /** Where the database lives. Made if it is not there; the shop in it stays as it was first made. */
  readonly folder: string;
  /** On loopback; 0 takes a free one. */
  readonly port: number;
  readonly customers?: number;
  readonly products?: number;
  readonly seed?: number;
  /** Told while the shop is made, on the first start only. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EmbeddedReplica {
  readonly url: string;
  readonly pid: number;
  /** Ends the process; what was written stays in the folder. */
  close(): Promise<void>;
}

/** Null for a line that is not ours: a library may print where we talk. */
function parseMessage(line: string): ReplicaMessage | null {
  try {
    return replicaMessageSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

async function closeProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), CLOSE_MILLISECONDS);
  await ended;
  clearTimeout(killer);
}

/**
 * Starts a PostgreSQL of our own (PGlite) with the demo shop in it, as a process that ends with this one.
 * @throws Error when the process ends before it listens (a taken port, a folder that cannot be written), with its
 * last words
 */
export async function startEmbeddedReplica(options: EmbeddedReplicaOptions): Promise<EmbeddedReplica> {
  const {
    folder,
    port,
    customers = DEMO_SHOP_CUSTOMERS_DEFAULT,
    products = DEMO_SHOP_PRODUCTS_DEFAULT,
    seed = DEMO_SHOP_SEED_DEFAULT,
  } = options;
  const sizes = { port, customers, products, seed };
  const numbers = Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, [SERVER_PROGRAM, "--folder", folder, ...numbers], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errorOutput = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errorOutput = (errorOutput + text).slice(-ERROR_OUTPUT_MAX);
  });
  const listening = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      const reason = /\b(?:Error: .*)/.exec(errorOutput)?.[0] ?? errorOutput;
      reject(new Error(`The embedded replica in ${folder} on port ${port} did not start. ${reason}`.trim()));
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const message = parseMessage(line);
      if (message === null) return;
      if ("ready" in message) resolve(message.ready.port);
      else options.onProgress?.(message.progress, message.total);
    });
  });
  const boundPort = await listening;
  const { pid } = child;
  if (pid === undefined) throw new Error("A process that listens has an id.");
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${boundPort}/shop`,
    pid,
    close: () => closeProcess(child),
  };
}
