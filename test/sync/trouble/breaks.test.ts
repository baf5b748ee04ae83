import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";
import { z } from "zod";

import { openReplica } from "../../../platform/replica/open-replica.ts";
import { eventually } from "../../support/runtime.ts";
import type { Dialect } from "../property/shop.ts";
import { type Bed, inWords, onBeds, powerOf, type ToldRun } from "./bed.ts";
import { expectCopy } from "./copy.ts";
import { fillShop, SMALL_SHOP } from "./fill-shop.ts";

/** Ends every other session of the database, as its administrator would. */
const OTHER_SESSIONS: Readonly<Record<Dialect, string>> = {
  mysql:
    "SELECT concat('KILL ', id) AS `kill` FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
  postgres:
    "SELECT 'SELECT pg_terminate_backend(' || pid || ')' AS kill FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
};
const ENTITIES = ["users", "items", "orders", "ratings"] as const;
const KILL_EVERY_MILLISECONDS = 20;
/** A driver hears of the end of its connection between two statements, or not at all. */
const NOTICED_MILLISECONDS = 500;
const STATEMENT_SECONDS = 5;
/** A run of the slow shop, its steps' repetitions included. */
const RUN_MILLISECONDS = 90_000;

/** What the server did, and not that the driver has noticed. */
const WHY =
  /^The (MySQL|PostgreSQL) replica cannot be read: [^\n]*(lost|killed|terminat|refused|attempt failed)[^\n]*$/i;

const startedSchema = z.object({ run_id: z.string() });

async function findRun(bed: Bed, id: string): Promise<ToldRun | undefined> {
  return (await bed.runs()).find((run) => run.run_id === id);
}

/** A run of the real Workflow. @returns its id */
async function startRun({ runtime }: Bed): Promise<string> {
  const { status, body } = await runtime.call("/v1/sync", { method: "POST" });
  expect(status).toBe(202);
  return startedSchema.parse(body).run_id;
}

async function untilEnded(bed: Bed, id: string): Promise<ToldRun> {
  const ended = async (): Promise<ToldRun | false> => {
    const run = await findRun(bed, id);
    return run !== undefined && run.state !== "running" && run;
  };
  return eventually(ended, RUN_MILLISECONDS);
}

/** A run that has committed some pages of `entity` and has more of them before it. */
async function startAndReach(bed: Bed, entity: (typeof ENTITIES)[number]): Promise<string> {
  const id = await startRun(bed);
  await eventually(async () => ((await findRun(bed, id))?.counts[entity]?.read ?? 0) >= 5, RUN_MILLISECONDS);
  return id;
}

/** Whatever became of the run: it has ended, says why in one line where it did not come through, and wrote nothing twice. */
async function expectMended(bed: Bed, id: string): Promise<void> {
  const broken = await untilEnded(bed, id);
  expect(["complete", "incomplete", "failed"]).toContain(broken.state);
  const reasons = Object.values(broken.entities).flatMap((entity) => entity.reasons);
  for (const reason of reasons) expect(reason).toMatch(WHY);

  const next = await untilEnded(bed, await startRun(bed));
  expect([next.state, next.error]).toEqual(["complete", null]);
  await expectCopy(bed);
  const written = ENTITIES.map((entity) =>
    [broken, next].reduce((sum, run) => sum + (run.counts[entity]?.written ?? 0), 0),
  );
  expect(written).toEqual([SMALL_SHOP.customers, SMALL_SHOP.products, SMALL_SHOP.orders, SMALL_SHOP.ratings]);
  // Every row is still watched: a deletion is found by the keys that were kept when a row was read.
  await bed.writer.run("DELETE FROM customers WHERE id % 2 = 0");
  await bed.writer.run("DELETE FROM ratings WHERE customer % 3 = 0");
  expect((await untilEnded(bed, await startRun(bed))).state).toBe("complete");
  await expectCopy(bed);
  const told = (await bed.notices()).map(inWords);
  expect(["", "source_outage replica: closed"]).toContain(told.join());
}

onBeds({ shop: "./test/sync/trouble/shops/slow-shop.ts" }, (when, dialect) => {
  /** What ends every session of the database but the writer's own. */
  async function killsOf(bed: Bed): Promise<string[]> {
    return (await bed.writer.rows(OTHER_SESSIONS[dialect])).map((row) => row["kill"] ?? "");
  }

  when(
    "a server that is restarted in the middle of a read costs nothing but time",
    async (bed) => {
      await fillShop(bed.writer, SMALL_SHOP);
      const id = await startAndReach(bed, "users");
      await bed.writer.close();
      await powerOf(bed).restart();
      await bed.reconnect();
      await expectMended(bed, id);
    },
    "power",
  );

  when(
    "a session that is killed in the middle of a read costs nothing but time",
    async (bed) => {
      await fillShop(bed.writer, SMALL_SHOP);
      const id = await startAndReach(bed, "orders");
      const kills = await eventually(async () => {
        const found = await killsOf(bed);
        return found.length > 0 && found;
      });
      for (const kill of kills) await bed.writer.run(kill);
      await expectMended(bed, id);
    },
    "clients",
  );

  when(
    "sessions that are killed again and again end a run, and not what comes after it",
    async (bed) => {
      await fillShop(bed.writer, SMALL_SHOP);
      const id = await startAndReach(bed, "users");
      while ((await findRun(bed, id))?.state === "running") {
        // A session may be gone before its turn has come.
        for (const kill of await killsOf(bed)) await bed.writer.run(kill).catch(() => undefined);
        await sleep(KILL_EVERY_MILLISECONDS);
      }
      expect((await untilEnded(bed, id)).state).not.toBe("complete");
      await expectMended(bed, id);
    },
    "clients",
  );

  when(
    "a session that is killed while nobody asks it anything says so when it is asked",
    async (bed) => {
      await fillShop(bed.writer, SMALL_SHOP);
      const replica = await openReplica(bed.database.url, STATEMENT_SECONDS);
      for (const kill of await killsOf(bed)) await bed.writer.run(kill);
      await sleep(NOTICED_MILLISECONDS);
      await expect(replica.describe(["customers"])).rejects.toThrow(WHY);
      await replica.close();
    },
    "clients",
  );

  when("a run whose lease went to another writes nothing more", async (bed) => {
    await fillShop(bed.writer, SMALL_SHOP);
    const id = await startAndReach(bed, "users");
    await bed.stored("UPDATE leases SET holder = 'another run'");
    const [before] = await bed.stored("SELECT max(user_id) AS last, count(*) AS n FROM users");
    const lost = await untilEnded(bed, id);
    expect(lost).toMatchObject({
      state: "failed",
      error: "Another run took over, since this one was silent too long.",
      counts: { users: { written: before?.["n"] } },
    });
    expect(await bed.stored("SELECT max(user_id) AS last, count(*) AS n FROM users")).toEqual([before]);
    // It gives back no lease that is not its own.
    expect(await bed.stored("SELECT holder FROM leases")).toEqual([{ holder: "another run" }]);
    await bed.stored("DELETE FROM leases");
    expect((await untilEnded(bed, await startRun(bed))).state).toBe("complete");
    await expectCopy(bed);
  });
});
