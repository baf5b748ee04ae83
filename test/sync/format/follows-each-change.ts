import { afterAll, beforeAll, expect, it } from "vitest";

import { EXPORT_TABLES, type ExportTable } from "../../../domain/exports/manifest.ts";
import { DUCKDB_TYPES, manifestColumns, unionColumns } from "../../exports/columns-union.ts";
import { DrivenShop, hashesOf } from "../../exports/export-drive.ts";
import type { PulledExport } from "../../exports/export-shop.ts";
import type { TEST_SERVERS, TestServer } from "../../support/databases.ts";
import type { TestRuntime } from "../../support/runtime.ts";
import { openWriter, resetShop, type Writer } from "../property/shop.ts";
import { FORMAT_CHANGES, type FormatChange, PREPARATION, ROWS } from "./changes.ts";

const KEPT_TABLES = ["d1_migrations", "_cf_KV", "sqlite_sequence", "_cf_METADATA"];

/** Each change is made between two runs, and again while a run reads: what follows is the same. */
export function followsEachChange({ dialect, start }: (typeof TEST_SERVERS)[number]): void {
  let server: TestServer | null;
  let shop: DrivenShop;
  let runtime: TestRuntime;
  let writer: Writer;

  beforeAll(async () => {
    server = await start();
    if (server === null) return;
    const database = await server.createDatabase();
    writer = await openWriter(dialect, database.url);
    shop = await DrivenShop.open({
      replica: database.url,
      main: "./test/sync/format/worker.ts",
      shop: "./test/sync/property/shop-config.ts",
    });
    ({ runtime } = shop);
  });
  afterAll(async () => {
    await writer?.close();
    await shop?.close();
    await server?.stop();
  });

  async function stored(sql: string): Promise<Record<string, unknown>[]> {
    return (await runtime.env.DB.prepare(sql).all()).results;
  }

  async function run(): Promise<string> {
    const { body } = await runtime.call("/v1/run", { body: { ahead: 0, trouble: { kind: "none" } } });
    return body.state;
  }

  async function openShop(): Promise<void> {
    const tables = await stored("SELECT name FROM sqlite_master WHERE type = 'table'");
    const names = tables.map((row) => String(row["name"])).filter((name) => !KEPT_TABLES.includes(name));
    await runtime.env.DB.batch(names.map((name) => runtime.env.DB.prepare(`DELETE FROM ${name}`)));
    await writer.run("DROP TABLE IF EXISTS grades");
    await resetShop(writer);
    for (const sql of [...PREPARATION[dialect], ...ROWS]) await writer.run(sql);
    expect(await run()).toBe("complete");
  }

  async function expectFollowed(change: FormatChange): Promise<void> {
    const drift = await stored("SELECT kind, effect FROM schema_changes ORDER BY id");
    const byKind = (a: { kind?: unknown }, b: { kind?: unknown }): number =>
      String(a.kind).localeCompare(String(b.kind));
    expect(drift.toSorted(byKind)).toEqual(change.drift.toSorted(byKind));

    const aside = await stored("SELECT reason, count(*) AS n FROM sync_quarantine GROUP BY reason");
    expect(Object.fromEntries(aside.map((row) => [row["reason"], row["n"]]))).toEqual(change.setAside ?? {});

    const features = await stored("SELECT entity || '.' || name AS name, state || ' ' || kind AS state FROM features");
    expect(Object.fromEntries(features.map((row) => [row["name"], row["state"]]))).toMatchObject(change.features ?? {});

    const told = await stored("SELECT DISTINCT kind FROM notices ORDER BY kind");
    const expected = ["schema_change", ...(change.told ?? [])].toSorted();
    expect(told.map((row) => row["kind"])).toEqual(expected);
  }

  /** The columns of exports before and after: what is read of both together is of the types that both name. */
  async function expectExported(change: FormatChange, before: PulledExport, after: PulledExport): Promise<void> {
    const { found, told } = await unionColumns([before, after]);
    expect(found).toEqual(told);
    const types = Object.assign({}, ...EXPORT_TABLES.map((table) => manifestColumns([after], table)));
    const expected = Object.entries(change.exported ?? {});
    expect(expected.map(([name]) => [name, types[name] ?? null])).toEqual(
      expected.map(([name, type]) => [name, type === null ? null : DUCKDB_TYPES[type]]),
    );
    const { drift } = after.manifest;
    expect(drift?.since).toBe(before.manifest.id);
    const named = (tables: readonly ExportTable[]) =>
      drift?.columns
        .filter(({ table }) => tables.includes(table))
        .map(({ change, before, after }) => ({ change, before: before?.name ?? null, after: after?.name ?? null }));
    // `training` repeats what users and items have.
    expect(named(["users", "items"])).toEqual(change.columns ?? []);
    expect(named(["training"])).toEqual(change.columns ?? []);
    const kinds = drift?.source_changes.map(({ kind }) => kind).toSorted();
    expect(kinds).toEqual(change.drift.map(({ kind }) => kind).toSorted());
  }

  /** An export that is set back to before the change has the bytes and the features of the one that was made then. */
  async function expectAsBefore(before: PulledExport): Promise<void> {
    const told = ({ manifest }: PulledExport): unknown[] =>
      manifest.features.map(({ entity, name, kind, state, was }) => [entity, name, kind, state, was]);
    const again = await shop.export({ params: { asOf: Date.parse(before.manifest.as_of) } });
    expect(hashesOf(again.manifest)).toEqual(hashesOf(before.manifest));
    expect(told(again)).toEqual(told(before));
  }

  const paused = (change: FormatChange): string => (change.paused === undefined ? "complete" : "incomplete");

  it.each(FORMAT_CHANGES)("$name: between two runs", async (change) => {
    if (server === null) return;
    await openShop();
    const exported = await shop.export();
    const before = Number((await stored("SELECT max(run) AS n FROM sync_runs"))[0]?.["n"]);
    for (const sql of change.sql[dialect]) await writer.run(sql);
    expect(await run()).toBe(paused(change));
    await expectFollowed(change);
    if (change.writesNothing === true) {
      const rows = ["users", "items", "orders", "ratings"].map((name) => `SELECT changed_run AS n FROM ${name}`);
      const written = await stored(`SELECT max(n) AS n FROM (${rows.join(" UNION ALL ")})`);
      expect(written[0]?.["n"]).toBe(before);
    }
    // Nothing is told twice, and nothing is noted twice.
    const notices = await stored("SELECT count(*) AS n FROM notices");
    expect(await run()).toBe(paused(change));
    expect(await stored("SELECT count(*) AS n FROM notices")).toEqual(notices);
    await expectFollowed(change);
    await expectExported(change, exported, await shop.export());
    await expectAsBefore(exported);
  });

  it.each(FORMAT_CHANGES)("$name: while a run reads", async (change) => {
    if (server === null) return;
    await openShop();
    const running = run();
    for (const sql of change.sql[dialect]) await writer.run(sql);
    await running;
    expect(await run()).toBe(paused(change));
    await expectFollowed(change);
  });
}
