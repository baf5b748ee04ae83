import { expect } from "vitest";
import { z } from "zod";

import { eventually } from "../../support/runtime.ts";
import { type Dialect, openWriter } from "../property/shop.ts";
import { type Bed, inWords, onBeds, powerOf, type ToldRun } from "./bed.ts";
import { expectCopy } from "./copy.ts";
import { fillShop, SMALL_SHOP } from "./fill-shop.ts";

/** Ends every other session of the database, as its administrator would. */
const OTHER_SESSIONS: Readonly<Record<Dialect, string>> = {
  mysql:
    "SELECT concat('KILL ', id) AS sql_text FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
  postgres:
    "SELECT 'SELECT pg_terminate_backend(' || pid || ')' AS sql_text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
};
const ENTITIES = ["users", "items", "orders", "ratings"] as const;
/** A run of the slow shop, its steps' repetitions included. */
const RUN_MILLISECONDS = 90_000;

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
  console.log(JSON.stringify([broken, (await bed.notices()).map(n=>n.message)]));
  const reasons = Object.values(broken.entities).flatMap((entity) => entity.reasons);
  for (const reason of [...reasons, broken.error ?? "-"]) expect(reason).toMatch(/^[^\n]+$/);

  const next = await untilEnded(bed, await startRun(bed));
  expect([next.state, next.error]).toEqual(["complete", null]);
  await expectCopy(bed.writer, bed.stored);
  const written = ENTITIES.map((entity) =>
    [broken, next].reduce((sum, run) => sum + (run.counts[entity]?.written ?? 0), 0),
  );
  expect(written).toEqual([SMALL_SHOP.customers, SMALL_SHOP.products, SMALL_SHOP.orders, SMALL_SHOP.ratings]);
  const told = (await bed.notices()).map(inWords);
  expect(["", "source_outage replica: closed"]).toContain(told.join());
}

onBeds({ shop: "./test/sync/trouble/shops/slow-shop.ts" }, (when, dialect) => {
  for (const entity of ["users", "orders"] as const) {
    when(
      `a server that is restarted while ${entity} are read`,
      async (bed) => {
        await fillShop(bed.writer, SMALL_SHOP);
        const id = await startAndReach(bed, entity);
        await bed.writer.close();
        await powerOf(bed).restart();
        await bed.reconnect();
        await expectMended(bed, id);
      },
      "power",
    );

    when(
      `a connection that is killed while ${entity} are read`,
      async (bed) => {
        await fillShop(bed.writer, SMALL_SHOP);
        const id = await startAndReach(bed, entity);
        const sessions = async (): Promise<string[]> =>
          (await bed.writer.rows(OTHER_SESSIONS[dialect])).map((row) => row["sql_text"] ?? "");
        const found = await eventually(async () => {
          const others = await sessions();
          return others.length > 0 && others;
        });
        for (const kill of found) await bed.writer.run(kill);
        await expectMended(bed, id);
      },
      "clients",
    );
  }

  when(
    "sessions that are killed again and again",
    async (bed) => {
      await fillShop(bed.writer, SMALL_SHOP);
      const id = await startAndReach(bed, "users");
      const killer = await openWriter(dialect, bed.database.url);
      const own = dialect === "mysql" ? "SELECT CONNECTION_ID() AS id" : "SELECT pg_backend_pid() AS id";
      const kept = (await bed.writer.rows(own))[0]?.["id"];
      for (let time = 0; time < 20; time++) {
        for (const row of await killer.rows(OTHER_SESSIONS[dialect])) {
          const kill = row["sql_text"] ?? "";
          if (!new RegExp(`\\b${kept}\\b`).test(kill)) await killer.run(kill).catch(() => undefined);
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      await killer.close();
      await expectMended(bed, id);
    },
    "clients",
  );
});
