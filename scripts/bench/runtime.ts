import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";

/** The Worker on workerd with a socket of its own: no development proxy stands between it and the load. */
export interface BenchRuntime {
  /** Address of the Worker itself. */
  readonly url: string;
  readonly miniflare: Miniflare;
  close(): Promise<void>;
}

/** Bundles `scripts/bench/worker.ts` (the Worker and its floor) exactly as a deploy would. */
async function bundle(folder: string): Promise<string> {
  const wrangler = join(import.meta.dirname, "../../node_modules/.bin/wrangler");
  await promisify(execFile)(wrangler, ["deploy", "scripts/bench/worker.ts", "--dry-run", "--outdir", folder]);
  return join(folder, "worker.js");
}

/** Starts the Worker with wrangler.toml's local bindings and storage of its own in a temporary folder. */
export async function startBenchRuntime(): Promise<BenchRuntime> {
  const folder = await mkdtemp(join(tmpdir(), "endcap-bench-"));
  const script = await bundle(join(folder, "bundle"));
  const { workerOptions } = unstable_getMiniflareWorkerOptions(
    unstable_readConfig({ config: "wrangler.toml" }, { hideWarnings: true }),
  );
  // wrangler describes bindings for the Miniflare that it carries; what is used here is the same in ours.
  const options = workerOptions as unknown as Record<string, object>;
  const settings = {
    host: "127.0.0.1",
    port: 0,
    defaultPersistRoot: join(folder, "state"),
    workers: [
      {
        ...options,
        name: "endcap",
        modules: [{ type: "ESModule", path: "worker.js", contents: await readFile(script, "utf8") }],
        durableObjects: { ...options["durableObjects"], BENCH_FLOOR: { className: "BenchFloor", useSQLite: true } },
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      },
    ],
  };
  const miniflare = new Miniflare(settings);
  await miniflare.ready;
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
