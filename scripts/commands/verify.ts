import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import { startMariaDb } from "../servers/mariadb.ts";
import type { ApiClient } from "../runtime/api-client.ts";
import { runSync } from "../runtime/sync-run.ts";
import { startStep } from "../terminal/progress.ts";
import { isFastEnough, problemsOf, strategiesOf, timesOf } from "../verify/checks.ts";
import { loadDump, run, soldOut } from "../verify/database.ts";
import { askHome, replay, type Replayed } from "../verify/replay.ts";
import { startRuntime } from "../verify/runtime.ts";
import { readSessions, type SessionRecord } from "../verify/sessions.ts";

const FILES = ["classicmodels.sql", "ratings.sql", "sessions.jsonl"];
/** A change of stock takes effect everywhere within this, once its sync is done. */
const EFFECT_SECONDS = 10;

function report(replayed: readonly Replayed[]): void {
  const times = timesOf(replayed);
  console.log(`\n${replayed.length} sessions replayed`);
  console.log(
    `  time of an answer   p50 ${times.p50.toFixed(1)} ms · p90 ${times.p90.toFixed(1)} ms · p99 ${times.p99.toFixed(1)} ms · most ${times.most.toFixed(1)} ms`,
  );
  console.log("  items by shelf / reason");
  for (const [key, count] of [...strategiesOf(replayed)].sort((a, b) => b[1] - a[1])) {
    console.log(`    ${key.padEnd(32)} ${count}`);
  }
}

async function replayAll(
  api: ApiClient,
  sessions: readonly SessionRecord[],
  outOfStock: ReadonlySet<string>,
): Promise<Replayed[]> {
  const step = startStep(`Replaying ${sessions.length} sessions`);
  const replayed: Replayed[] = [];
  const problems: string[] = [];
  for (const session of sessions) {
    const one = await replay(api, session);
    replayed.push(one);
    for (const problem of problemsOf(one, outOfStock)) problems.push(`${session.session_id}: ${problem}`);
    step.update(replayed.length, sessions.length);
  }
  report(replayed);
  if (problems.length > 0) {
    step.fail(`${problems.length} problems`);
    throw new CommandError(`Not every answer holds what it must:\n  ${problems.slice(0, 20).join("\n  ")}`);
  }
  if (!isFastEnough(timesOf(replayed))) throw new CommandError("The slowest answers took a second or more.");
  step.done("every answer holds at least 5 profile and 5 similar items, none browsed, none sold out");
  return replayed;
}

async function shown(api: ApiClient, session: SessionRecord): Promise<string[]> {
  const answer = await askHome(api, session);
  if (answer.degraded !== null) throw new CommandError(`An answer is degraded: ${answer.degraded.join(", ")}`);
  return answer.shelves.flatMap((shelf) => shelf.items.map((item) => item.item_id));
}

/** A product that is shown now is sold out in the source, synced, and must be gone. */
async function checkStock(api: ApiClient, databaseUrl: string, session: SessionRecord): Promise<void> {
  const step = startStep("Selling out a recommended product");
  const [product] = await shown(api, session);
  if (product === undefined) throw new CommandError("An answer was empty.");
  await run(databaseUrl, "UPDATE products SET quantityInStock = 0 WHERE productCode = ?", [product]);
  await runSync(api, step);
  const end = Date.now() + EFFECT_SECONDS * 1000;
  while ((await shown(api, session)).includes(product)) {
    if (Date.now() > end)
      throw new CommandError(`${product} is sold out and still recommended ${EFFECT_SECONDS} s later.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  step.done(`${product} left the answer`);
}

async function checkOutage(api: ApiClient, killDatabase: () => Promise<void>, session: SessionRecord): Promise<void> {
  const step = startStep("Killing the replica");
  const before = await shown(api, session);
  await killDatabase();
  const reason = await runSync(api, step).then(
    () => null,
    (error: unknown) => (error instanceof CommandError ? error.message : Promise.reject(error)),
  );
  if (reason === null) throw new CommandError("A sync without its replica says that it succeeded.");
  const after = await shown(api, session);
  if (after.join() !== before.join()) throw new CommandError("The recommendations changed when the replica went away.");
  step.done(`recommendations are untouched. ${reason}`);
}

export default {
  summary: "Prove the main job on a real shop's data",
  usage: `endcap verify FOLDER

FOLDER holds ${FILES.join(", ")}: a MySQL dump of a shop, its ratings, and recorded sessions.
Loads them into a private MariaDB (mariadb-server must be installed), starts a runtime of its own, syncs, trains and
activates a model, replays every session, and checks each answer. Then a recommended product is sold out, and at last
the database is killed. Takes about two minutes.`,
  async run(args) {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
    const folder = positionals[0];
    if (folder === undefined) throw new CommandError("Say which folder: endcap verify FOLDER");
    for (const file of FILES)
      if (!existsSync(join(folder, file))) throw new CommandError(`${join(folder, file)} is missing.`);
    const sessions = readSessions(join(folder, "sessions.jsonl"));
    const last = sessions.at(-1);
    if (last === undefined) throw new CommandError("sessions.jsonl holds no session.");

    const loading = startStep("Loading the dump into MariaDB");
    const state = await mkdtemp(join(tmpdir(), "endcap-verify-"));
    const server = await startMariaDb();
    if (server === null) throw new CommandError("MariaDB is not installed: apt-get install mariadb-server.");
    try {
      const databaseUrl = await loadDump(server.url, folder);
      loading.done();
      const runtime = await startRuntime(databaseUrl, state);
      try {
        await replayAll(runtime.api, sessions, await soldOut(databaseUrl));
        await checkStock(runtime.api, databaseUrl, last);
        await checkOutage(runtime.api, () => server.close(), last);
      } finally {
        await runtime.close();
      }
    } finally {
      await server.close();
      await rm(state, { recursive: true, force: true });
    }
    return 0;
  },
} satisfies Command;
