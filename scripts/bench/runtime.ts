import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

import { Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";

import { migrateD1 } from "./migrate-d1.ts";

/** The Worker on workerd with a socket of its own: no development proxy stands between it and the load. */
export interface BenchRuntime {
  /** Address of the Worker itself. */
  readonly url: string;
  readonly miniflare: Miniflare;
  close(): Promise<void>;
}

/** What of a bench's runtime differs from the Worker as it is deployed. */
export interface BenchRuntimeOptions {
  /** The entry: the Worker, and beside it what it is compared with. */
  readonly main?: string;
  /** Another configuration than endcap.config.ts, as a path from the project's folder. */
  readonly shop?: string;
  /** Address that the REPLICA binding connects to. */
  readonly replica?: string;
  /** Variables beside those of wrangler.toml. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Classes of the entry that wrangler.toml does not know, by their binding. */
  readonly objects?: Readonly<Record<string, string>>;
  /** What is added to the consumer of the queue `events`, in Miniflare's words. */
  readonly eventsConsumer?: Readonly<Record<string, number>>;
}

const ROOT = join(import.meta.dirname, "../..");

/** Bundles the entry exactly as a deploy would. @returns the path of the bundle */
export async function bundleWorker(
  folder: string,
  { main = "scripts/bench/worker.ts", shop }: BenchRuntimeOptions,
): Promise<string> {
  const wrangler = join(ROOT, "node_modules/.bin/wrangler");
  const alias = shop === undefined ? [] : ["--alias", `#shop-config:${shop}`];
  await promisify(execFile)(wrangler, ["deploy", main, "--dry-run", "--outdir", folder, ...alias]);
  return join(folder, `${basename(main, ".ts")}.js`);
}

/** The Worker's local bindings, as wrangler.toml describes them. */
export function localWorkerOptions(): Record<string, object> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(
    unstable_readConfig({ config: join(ROOT, "wrangler.toml") }, { hideWarnings: true }),
  );
  // wrangler describes bindings for the Miniflare that it carries; what is used here is the same in ours.
  return workerOptions as unknown as Record<string, object>;
}

function objectsOf({ main, objects }: BenchRuntimeOptions): Record<string, object> {
  const added = objects ?? (main === undefined ? { BENCH_FLOOR: "BenchFloor" } : {});
  return Object.fromEntries(
    Object.entries(added).map(([binding, className]) => [binding, { className, useSQLite: true }]),
  );
}

function withEventsConsumer(consumers: object | undefined, changes: object | undefined): Record<string, object> {
  const all: Record<string, object> = { ...consumers };
  return { ...all, events: { ...all["events"], ...changes } };
}

/** Starts the Worker with wrangler.toml's local bindings and storage of its own in a temporary folder. */
export async function startBenchRuntime(given: BenchRuntimeOptions = {}): Promise<BenchRuntime> {
  const folder = await mkdtemp(join(tmpdir(), "endcap-bench-"));
  if (given.replica !== undefined) process.env["CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_REPLICA"] = given.replica;
  const script = await bundleWorker(join(folder, "bundle"), given);
  const options = localWorkerOptions();
  const settings = {
    host: "127.0.0.1",
    port: 0,
    defaultPersistRoot: join(folder, "state"),
    workers: [
      {
        ...options,
        name: "endcap",
        modules: [{ type: "ESModule", path: "worker.js", contents: await readFile(script, "utf8") }],
        bindings: { ...options["bindings"], ...given.variables },
        queueConsumers: withEventsConsumer(options["queueConsumers"], given.eventsConsumer),
        durableObjects: { ...options["durableObjects"], ...objectsOf(given) },
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      },
    ],
  };
  const miniflare = new Miniflare(settings);
  await miniflare.ready;
  await migrateD1(await miniflare.getD1Database("DB"));
  const url = await miniflare.unsafeGetDirectURL("endcap");
  return {
    url: url.origin,
    miniflare,
    async close() {
      await miniflare.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
