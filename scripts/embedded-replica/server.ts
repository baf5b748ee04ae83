// The program of the replica's process: `node server.ts --folder … --port … --customers … --products … --seed …`.
// It is a process of its own because PGlite computes on the thread that it lives on.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { z } from "zod";

import { generateDemoShop } from "../demo-shop/generate.ts";
import { fillDatabase } from "./fill.ts";
import type { ReplicaMessage } from "./messages.ts";

const LOOPBACK = "127.0.0.1";
/** PGlite runs one statement at a time; connections beyond it wait for their turn. */
const CONNECTIONS_MAX = 64;

const number = z.string().regex(/^\d+$/).transform(Number);
const optionsSchema = z.strictObject({
  folder: z.string().min(1),
  port: number,
  customers: number,
  products: number,
  seed: number,
});
const option = { type: "string" } as const;

function tell(message: ReplicaMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** @throws Error `EADDRINUSE` for a taken port, before seconds are spent on a database that nobody could reach */
async function assertPortIsFree(port: number): Promise<void> {
  const probe = createServer().listen(port, LOOPBACK);
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");
}

/** Opens the database in `folder`, making and filling it unless an earlier start did so to the end. */
async function openDatabase({ folder, customers, products, seed }: z.infer<typeof optionsSchema>): Promise<PGlite> {
  const data = join(folder, "data");
  // Written last: without it, whatever lies in the folder is half a database and is made again.
  const complete = join(folder, "complete");
  if (existsSync(complete)) return PGlite.create(data);
  await rm(data, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const database = await PGlite.create(data);
  const shop = generateDemoShop({ seed, customers, products, now: new Date() });
  await fillDatabase(database, shop, (progress, total) => tell({ progress, total }));
  await writeFile(complete, "");
  return database;
}

const { values } = parseArgs({
  options: { folder: option, port: option, customers: option, products: option, seed: option },
});
const options = optionsSchema.parse(values);
await assertPortIsFree(options.port);
const database = await openDatabase(options);
const server = new PGLiteSocketServer({
  db: database,
  host: LOOPBACK,
  port: options.port,
  maxConnections: CONNECTIONS_MAX,
});

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await server.stop();
  await database.close();
  process.exit(0);
}
process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());
// The parent holds the other end: when it is killed outright, this process must not outlive it.
process.stdin.on("end", () => void stop()).resume();

await server.start();
tell({ ready: { port: Number(server.getServerConn().split(":").at(-1)) } });
