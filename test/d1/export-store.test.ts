import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import type { ExportParams } from "../../domain/exports/params.ts";
import {
  completeExports,
  finishExport,
  insertExport,
  listExports,
  markExportRemoved,
  readExport,
  runningExports,
} from "../../platform/d1/export-store.ts";
import { type MigratedDatabase, migratedDatabase } from "./migrated-database.ts";

const PARAMS: ExportParams = { asOf: 5, csv: true, userIds: "pseudonym" };
const DONE = { state: "complete", asOf: 5, rows: 7, bytes: 900 } as const;

let database: MigratedDatabase;
let db: D1Database;

beforeAll(async () => {
  database = await migratedDatabase();
  ({ db } = database);
});
beforeEach(async () => {
  await database.empty(["exports"]);
  for (const [id, at] of Object.entries({ e1: 100, e2: 200, e3: 300, e4: 400 })) {
    await insertExport(db, id, { trigger: "cron", params: PARAMS }, new Date(at));
  }
});
afterAll(() => database.close());

it("keeps what an export was asked for, and what came of it", async () => {
  await finishExport(db, "e1", DONE, new Date(150));
  expect(await readExport(db, "e1")).toEqual({
    exportId: "e1",
    state: "complete",
    startedAt: 100,
    finishedAt: 150,
    error: null,
    params: PARAMS,
    trigger: "cron",
    asOf: 5,
    rows: 7,
    bytes: 900,
  });
  await finishExport(db, "e1", { state: "failed", error: "late" }, new Date(160));
  expect(await readExport(db, "e1")).toMatchObject({ state: "complete", error: null });
  expect(await readExport(db, "e9")).toBeNull();
});

it("tells which exports are complete, which run, and the newest", async () => {
  await finishExport(db, "e1", DONE, new Date(150));
  await finishExport(db, "e2", DONE, new Date(250));
  await finishExport(db, "e3", { state: "failed", error: "no" }, new Date(350));
  expect(await completeExports(db)).toEqual(["e2", "e1"]);
  expect((await runningExports(db)).map(({ exportId }) => exportId)).toEqual(["e4"]);
  expect((await listExports(db, 2, "e4")).map(({ exportId }) => exportId)).toEqual(["e3", "e2"]);
});

it("marks only a complete export as removed, which is then none of the complete ones", async () => {
  await finishExport(db, "e1", DONE, new Date(150));
  await markExportRemoved(db, "e1");
  await markExportRemoved(db, "e2");
  expect(await readExport(db, "e1")).toMatchObject({ state: "removed", rows: 7 });
  expect(await readExport(db, "e2")).toMatchObject({ state: "running" });
  expect(await completeExports(db)).toEqual([]);
});
