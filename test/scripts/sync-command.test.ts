import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { rememberFeatures, countFeatures } from "../../platform/d1/feature-store.ts";
import { quarantineStatements } from "../../platform/d1/quarantine-store.ts";
import { schemaChangeStatements } from "../../platform/d1/schema-change-store.ts";
import { beginSyncRun, finishSyncRun, runCountsStatement, writeLag } from "../../platform/d1/sync-run-store.ts";
import { parseMoment } from "../../scripts/announcements/moment.ts";
import { formatSeconds, parseSeconds } from "../../scripts/terminal/duration.ts";
import { formatTable } from "../../scripts/terminal/table.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { type Ended, runEndcap } from "./cli.ts";

const START = new Date("2026-11-21T10:00:00.000Z");
const END = new Date("2026-11-21T10:04:10.000Z");
const COUNTS = { read: 12, compared: 0, changed: 3, written: 3, deleted: 1, quarantined: 2 };
const NOTHING_PAUSED = { all: false, entities: [], accept_deletions: [] };

describe("endcap sync run", () => {
  let server: Server;
  let environment: Record<string, string>;
  /** What the stand-in tells of the first run, of the second, …; each run is told state by state. */
  let runs: (readonly object[])[];
  let started: number;

  // A stand-in, since what is tested is how each end of a run is told, and a real source ends as it likes.
  beforeEach(async () => {
    started = 0;
    const left = new Map<number, object[]>();
    server = createServer((request, response) => {
      const answer = (status: number, body: object): unknown => response.writeHead(status).end(JSON.stringify(body));
      if (request.method === "POST") {
        left.set(started, [...(runs[started] ?? [])]);
        return answer(202, { run_id: String(started++) });
      }
      const states = left.get(Number(request.url?.split("/").at(-1))) ?? [];
      const state = states.length > 1 ? states.shift() : states[0];
      return answer(200, {
        run_id: "x",
        run: 1,
        trigger: "manual",
        started_at: START.toISOString(),
        finished_at: null,
        duration_seconds: null,
        lag_seconds: null,
        counts: {},
        progress: null,
        entities: {},
        error: null,
        announcement_id: null,
        drift: [],
        paused: NOTHING_PAUSED,
        ...state,
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    environment = { ENDCAP_URL: `http://127.0.0.1:${port}`, ENDCAP_SECRET_KEY: "sk_x" };
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it("waits for the end and says what was read and written", async () => {
    const counts = { users: COUNTS, items: { ...COUNTS, compared: 900 } };
    runs = [
      [{ state: "queued" }, { state: "running", progress: { done: 6, total: 12 } }, { state: "complete", counts }],
    ];
    const { status, stdout, stderr } = await runEndcap(["sync", "run", "--json"], environment);
    expect(status).toBe(0);
    expect(stderr).toContain("Sync: 50 % (6/12)");
    expect(stderr).toContain(
      "✓ Sync: users 12 read, 3 written, 1 deleted, 2 set aside; items 12 read, 3 written, 900 compared, 1 deleted",
    );
    expect(JSON.parse(stdout)).toMatchObject({ state: "complete", counts });
  });

  it("fails and gives the reasons when an entity was left out", async () => {
    const entities = {
      users: { state: "complete", reasons: [] },
      ratings: { state: "paused", reasons: ["Table ratings has no column productRating.", "Name another."] },
    };
    runs = [[{ state: "incomplete", entities, counts: { users: COUNTS } }]];
    const { status, stdout, stderr } = await runEndcap(["sync", "run", "--json"], environment);
    expect(status).toBe(1);
    expect(stderr).toContain("✗ Sync: incomplete: users 12 read");
    expect(stderr).toContain("  ratings paused: Table ratings has no column productRating. Name another.\n");
    expect(stderr).not.toContain("users complete");
    expect(JSON.parse(stdout)).toMatchObject({ state: "incomplete", entities });
  });

  it("fails with the reason of a failed run", async () => {
    runs = [[{ state: "failed", error: "The replica cannot be read." }]];
    const { status, stderr } = await runEndcap(["sync", "run"], environment);
    expect(status).toBe(1);
    expect(stderr).toContain("endcap sync: The sync failed: The replica cannot be read.");
  });

  it("does not wait for a sync that is paused", async () => {
    runs = [[{ state: "skipped", error: "The sync is paused: endcap sync resume goes on." }]];
    const { status, stderr } = await runEndcap(["sync", "run"], environment);
    expect([status, started]).toEqual([1, 1]);
    expect(stderr).toContain("Nothing was synced. The sync is paused: endcap sync resume goes on.");
  });

  it("starts again when it was skipped because another run was at work", async () => {
    runs = [[{ state: "skipped" }], [{ state: "complete" }]];
    const { status } = await runEndcap(["sync", "run"], environment);
    expect([status, started]).toEqual([0, 2]);
  });
});

describe("commands that look and steer", () => {
  let runtime: TestRuntime;
  let environment: Record<string, string>;
  beforeAll(async () => {
    runtime = await startRuntime();
    const { url } = await runtime.harness.listen();
    environment = { ENDCAP_URL: url.origin, ENDCAP_SECRET_KEY: TEST_KEYS.secret };
  });
  afterAll(() => runtime.close());
  beforeEach(async () => {
    const { DB } = runtime.env;
    const tables = [
      "sync_runs",
      "sync_state",
      "sync_quarantine",
      "schema_changes",
      "announcements",
      "features",
      "items",
    ];
    await DB.batch(tables.map((table) => DB.prepare(`DELETE FROM ${table}`)));
  });

  function endcap(...args: string[]): Promise<Ended> {
    return runEndcap(args, environment);
  }

  async function putRuns(): Promise<void> {
    const { DB } = runtime.env;
    await beginSyncRun(DB, "first-run", "cron", "skipped", START, "The sync was paused.");
    const run = await beginSyncRun(DB, "second-run", "manual", "running", START);
    await runCountsStatement(DB, run, { users: COUNTS, vectors: COUNTS }).run();
    await writeLag(DB, run, 0.4);
    const change = {
      entity: "ratings",
      table: "ratings",
      column: "stars",
      kind: "column_dropped",
      before: "int",
      after: null,
      effect: "pauses_entity",
      message: "Column ratings.stars is gone.",
      announcementId: "a",
    } as const;
    await DB.batch(schemaChangeStatements(DB, run, [change], START));
    const entities = {
      users: { state: "complete" as const, reasons: [] },
      ratings: { state: "paused" as const, reasons: ["Table ratings has no column stars."] },
    };
    await finishSyncRun(DB, run, { state: "incomplete", entities }, END);
  }

  it("sync list shows runs as a table, newest first", async () => {
    expect((await endcap("sync", "list")).stdout).toContain("There is no run yet");
    await putRuns();
    const { status, stdout } = await endcap("sync", "list");
    expect(status).toBe(0);
    const [titles, second, first] = stdout.split("\n");
    expect(titles).toMatch(/^ *RUN +STATE +TRIGGER +STARTED +TOOK +BEHIND +READ +WRITTEN +DELETED +SET ASIDE +ID$/);
    expect(second).toMatch(
      /^ *\d+ +incomplete +manual +2026-11-21T10:00:00\.000Z +4 min 10 s +0\.4 s +12 +3 +1 +2 +second-run$/,
    );
    expect(first).toMatch(/skipped +cron .* first-run$/);
    const json = JSON.parse((await endcap("sync", "list", "--json")).stdout);
    expect(json.data.map((run: { run_id: string }) => run.run_id)).toEqual(["second-run", "first-run"]);
  });

  it("sync show prints the newest run, or the named one, with outcomes, reasons and changes of format", async () => {
    expect(await endcap("sync", "show")).toMatchObject({ status: 1, stderr: expect.stringContaining("no run yet") });
    await putRuns();
    const { stdout } = await endcap("sync", "show");
    expect(stdout).toMatch(/^Run \d+: incomplete\n {2}id +second-run\n/);
    expect(stdout).toMatch(/^ {2}users +complete +12 +0 +3 +3 +1 +2$/m);
    expect(stdout).toContain("ratings paused: Table ratings has no column stars.");
    expect(stdout).toContain("Column ratings.stars is gone. (announced: a)");
    expect((await endcap("sync", "show", "first-run")).stdout).toMatch(/skipped[^]*The sync was paused\./);
    expect(JSON.parse((await endcap("sync", "show", "--json")).stdout)).toMatchObject({ run_id: "second-run" });
    expect(await endcap("sync", "show", "nothing")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("There is no sync run of that id."),
    });
  });

  it("sync pause and resume say what is paused and how it goes on", async () => {
    const paused = await endcap("sync", "pause", "users", "ratings");
    expect(paused.stdout).toBe("Paused: users, ratings. They go on with: endcap sync resume users ratings\n");
    expect((await endcap("sync", "pause", "--json")).stdout).toBe(
      '{"paused":{"all":true,"entities":["users","ratings"],"accept_deletions":[]}}\n',
    );
    expect((await endcap("sync", "list")).stdout).toContain("The sync is paused. It goes on with: endcap sync resume");
    const resumed = await endcap("sync", "resume", "--accept-deletions");
    expect(resumed.stdout).toBe(
      "Nothing is paused.\nThe next run may delete any number of rows of: users, items, orders, ratings.\n",
    );
  });

  it("sync quarantine shows rows and why they are set aside, whatever characters they hold", async () => {
    expect((await endcap("sync", "quarantine")).stdout).toBe("No row is set aside.\n");
    const { DB } = runtime.env;
    const row = {
      state: "set_aside",
      reason: "bad_number",
      detail: "MSRP is \u001B[31mn/a",
      firstRun: 3,
      lastRun: 4,
    } as const;
    await DB.batch(
      quarantineStatements(DB, [
        { entity: "items", rowKey: "S10", ...row },
        ...Array.from({ length: 150 }, (_, n) => ({ entity: "orders" as const, rowKey: String(n), ...row })),
      ]),
    );
    const { stdout } = await endcap("sync", "quarantine", "--entity", "items");
    expect(stdout).toMatch(/^items +S10 +set_aside +3 +bad_number +MSRP is {2}?\[31mn\/a$/m);
    expect(stdout).not.toContain("\u001B");
    expect(JSON.parse((await endcap("sync", "quarantine", "--json")).stdout).data).toHaveLength(151);
  });

  it("features shows what is known of each feature", async () => {
    expect((await endcap("features")).stdout).toContain("the first sync finds them");
    const { DB } = runtime.env;
    await DB.prepare(
      `INSERT INTO items (item_id, name, category, price, hidden, public_values, features, row_hash, changed_run)
       SELECT value, '', '', 1, 0, '{}', json_object('colour', iif(value < 3, 'a very long name of a colour indeed', NULL)), '00ff', 1
       FROM json_each('[1, 2, 3, 4]')`,
    ).run();
    await rememberFeatures(DB, "items", [{ name: "colour", kind: "text", state: "active", was: "color" }], START);
    await rememberFeatures(DB, "users", [{ name: "phone", kind: "text", state: "proposed", was: null }], START);
    await countFeatures(DB, "items", START);
    const { stdout } = await endcap("features");
    expect(stdout).toMatch(
      /^items +colour \(was color\) +text +active +2026-11-21 +50 % +1 +4 +a very long name of a c… +a very/m,
    );
    expect(stdout).toMatch(/^users +phone +text +proposed +2026-11-21 +– +– +– +– +–$/m);
    const proposed = await endcap("features", "--state", "proposed", "--json");
    expect(JSON.parse(proposed.stdout).data.map((feature: { name: string }) => feature.name)).toEqual(["phone"]);
  });

  it("announce keeps, lists and cancels what is announced", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const change = await endcap(
      "announce",
      "change",
      "--until",
      until,
      "--table",
      "products",
      "--note",
      "colour comes",
    );
    expect(change.stdout).toMatch(
      /^Announced: change of products from .* until .*\. Cancel it with: endcap announce cancel /,
    );
    expect(change.stdout).toContain(`until ${until}`);
    const outage = await endcap("announce", "outage", "--until", "2h", "--from", until, "--json");
    const { id, starts_at, ends_at, tables } = JSON.parse(outage.stdout);
    expect([starts_at, tables]).toEqual([until, null]);
    expect(Date.parse(ends_at) - Date.parse(starts_at)).toBe(7_200_000);
    const { stdout } = await endcap("announce", "list");
    expect(stdout).toMatch(
      /^ID +KIND +FROM +UNTIL +ABOUT +NOTE\n.* outage .* the whole source\n.* change .* products +colour comes\n$/,
    );
    expect((await endcap("announce", "cancel", id)).stdout).toBe(`${id} is cancelled.\n`);
    expect(JSON.parse((await endcap("announce", "list", "--json")).stdout).data).toHaveLength(1);
  });

  it.each([
    [["sync"], "Say what to do"],
    [["sync", "pause", "user"], 'There is no entity "user". Did you mean "users"?'],
    [["sync", "pause", "--accept-deletions"], "belongs to resume"],
    [["sync", "list", "--entity", "users"], "belongs to quarantine"],
    [["sync", "quarantine", "users"], "endcap sync quarantine --entity users"],
    [["sync", "run", "users"], "takes no name"],
    [["features", "--entity", "orders"], 'There is no entity "orders". Use users, items.'],
    [["features", "users"], "endcap features --entity"],
    [["announce"], "change or outage"],
    [["announce", "outage"], "--until 2h"],
    [["announce", "outage", "--until", "tomorrow"], '--until "tomorrow" is no time'],
    [["announce", "outage", "--until", "2026-11-21T18:00"], "write it with its zone"],
    [["announce", "outage", "--until", "40d"], "30 days"],
    [["announce", "cancel"], "endcap announce list shows them"],
    [["announce", "cancel", "none"], "There is no announcement of that id"],
  ])("refuses %j in one line", async (args, message) => {
    const { status, stderr } = await endcap(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("what is printed for people", () => {
  it.each([
    [0, "0.0 s"],
    [3.24, "3.2 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [250, "4 min 10 s"],
    [7_500, "2 h 5 min"],
    [183_600, "2 d 3 h"],
  ])("shows %d seconds as %s", (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it.each([
    ["30m", 1_800],
    ["30 min", 1_800],
    ["1.5h", 5_400],
    ["1d", 86_400],
    ["2", null],
    ["h", null],
    ["-2h", null],
    ["2026-11-21", null],
  ])("reads %s as %s seconds", (text, seconds) => {
    expect(parseSeconds(text)).toBe(seconds);
  });

  it("counts a duration from where it starts", () => {
    expect(parseMoment("--until", "2h", START).toISOString()).toBe("2026-11-21T12:00:00.000Z");
    expect(parseMoment("--until", "2026-11-21T18:00+01:00", START).toISOString()).toBe("2026-11-21T17:00:00.000Z");
  });

  it("lines tables up, numbers by their last digit", () => {
    expect(
      formatTable(
        [{ title: "A" }, { title: "N", right: true }, { title: "B" }],
        [
          ["x\n", "100", "é"],
          ["long", "5"],
        ],
      ),
    ).toEqual(["A       N  B", "x     100  é", "long    5"]);
  });
});
