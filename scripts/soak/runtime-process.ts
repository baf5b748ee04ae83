import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { Miniflare } from "miniflare";

import { CONTROL_OBJECT_KEY } from "../../domain/control/control.ts";
import { migrateD1 } from "../bench/migrate-d1.ts";
import { type RuntimeReady, runtimeSettingsSchema } from "./runtime-settings.ts";
import { answerFromStorage } from "./storage-view.ts";

// The program of the soak's runtime: the Worker on workerd with a socket of its own, on storage that outlives both.

const LOOPBACK = "127.0.0.1";
const PREPARED_FILE = "prepared";

const settings = runtimeSettingsSchema.parse(JSON.parse(await readFile(process.argv[2] ?? "", "utf8")));
const miniflare = new Miniflare({
  host: LOOPBACK,
  port: 0,
  defaultPersistRoot: settings.state,
  workers: [
    {
      ...settings.options,
      name: "endcap",
      modules: [{ type: "ESModule", path: "worker.js", contents: await readFile(settings.script, "utf8") }],
      unsafeDirectSockets: [{ host: LOOPBACK, port: 0 }],
    },
  ],
});
await miniflare.ready;
const db = await miniflare.getD1Database("DB");
const buckets = (await Promise.all([
  miniflare.getR2Bucket("RUNTIME"),
  miniflare.getR2Bucket("LAKE"),
])) as unknown as R2Bucket[];
const [runtime, lake] = buckets;
if (runtime === undefined || lake === undefined) throw new Error("wrangler.toml names no buckets RUNTIME and LAKE.");

const prepared = join(settings.state, PREPARED_FILE);
if (!existsSync(prepared)) {
  await migrateD1(db);
  await runtime.put(CONTROL_OBJECT_KEY, settings.control);
  await writeFile(prepared, "");
}

const server = createServer((request, response) => {
  void answerFromStorage(request.url ?? "/", { lake, db }).then(
    (body) => response.end(body),
    (error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    },
  );
});
server.listen(0, LOOPBACK);
await once(server, "listening");
const ready: RuntimeReady = {
  url: (await miniflare.unsafeGetDirectURL("endcap")).origin,
  storageUrl: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
};
process.stdout.write(`${JSON.stringify(ready)}\n`);

process.once("SIGTERM", () => {
  server.closeAllConnections();
  server.close();
  void miniflare.dispose();
});
