import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { Miniflare } from "miniflare";

import { migrateD1 } from "../migrate-d1.ts";
import { localWorkerOptions } from "../runtime.ts";

const WORKER = "endcap";
/** Where Miniflare looks for what it shall tell V8. */
const V8_FLAGS = "MINIFLARE_WORKERD_V8_FLAGS";

/** The bench's Worker in a process of its own, on storage that outlives it. */
export interface ExportRuntime {
  readonly url: string;
  close(): Promise<void>;
}

/** How it is started. */
export interface ExportRuntimeOptions {
  /** Path of the bundle. */
  readonly script: string;
  /** Holds what the Worker stores. */
  readonly folder: string;
  /** Nothing is stored yet: D1 is migrated. */
  readonly isNew?: boolean;
  /** What V8 is told. */
  readonly v8Flags?: readonly string[];
  /** Takes each line that the process prints to its standard output. */
  readonly printed?: (line: string) => void;
}

/** Starts the Worker. */
export async function startExportRuntime(given: ExportRuntimeOptions): Promise<ExportRuntime> {
  const { script, folder, isNew = false, v8Flags = [], printed } = given;
  const options = localWorkerOptions();
  const settings = {
    host: "127.0.0.1",
    port: 0,
    defaultPersistRoot: folder,
    workers: [
      {
        ...options,
        name: WORKER,
        modules: [{ type: "ESModule", path: "worker.js", contents: await readFile(script, "utf8") }],
        durableObjects: {
          ...options["durableObjects"],
          INTERACTION_LEDGER: { className: "FilledLedger", useSQLite: true },
        },
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      },
    ],
    ...(printed === undefined ? {} : { handleRuntimeStdio: (output: Readable) => pass(output, printed) }),
  };
  process.env[V8_FLAGS] = v8Flags.join(" ");
  try {
    const miniflare = new Miniflare(settings as ConstructorParameters<typeof Miniflare>[0]);
    await miniflare.ready;
    if (isNew) await migrateD1(await miniflare.getD1Database("DB"));
    const url = await miniflare.unsafeGetDirectURL(WORKER);
    return { url: url.origin, close: () => miniflare.dispose() };
  } finally {
    delete process.env[V8_FLAGS];
  }
}

function pass(output: Readable, printed: (line: string) => void): void {
  createInterface(output).on("line", printed);
}
