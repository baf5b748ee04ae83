import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

import { HOUR_MILLISECONDS, hourBeginning, hourFolder, hourOf, markerKey } from "../../domain/lake/lake-keys.ts";
import { TEST_KEYS, startRuntime, type TestRuntime } from "../support/runtime.ts";
import { type Ended, runEndcap } from "../scripts/cli.ts";
import { queryDuckDb } from "./duckdb.ts";
import { putAnswers, putEvents } from "./rows.ts";

const HOUR = hourBeginning(Date.now()) - 6 * HOUR_MILLISECONDS;
const LATER = HOUR + 4 * HOUR_MILLISECONDS;

let runtime: TestRuntime;
let environment: Record<string, string>;
let out: string;
beforeAll(async () => {
  runtime = await startRuntime();
  const { url } = await runtime.harness.listen();
  environment = {
    ENDCAP_URL: url.origin,
    ENDCAP_SECRET_KEY: TEST_KEYS.secret,
    ENDCAP_S3_ENDPOINT: `${url.origin}/cdn-cgi/local/r2/s3`,
    AWS_ACCESS_KEY_ID: "endcap-local",
    AWS_SECRET_ACCESS_KEY: "endcap-local-secret",
  };
  out = await mkdtemp(join(tmpdir(), "endcap-pulled-lake-"));
  await putEvents(runtime.env.LAKE, HOUR, [[1, 2, 3], [4]]);
  await putEvents(runtime.env.LAKE, LATER, [[5, 6]]);
  await putAnswers(runtime.env.LAKE, HOUR, [[1, 2], [2]]);
});
afterAll(async () => {
  await runtime.close();
  await rm(out, { recursive: true });
});

async function lake(...args: string[]): Promise<Ended> {
  return runEndcap(["lake", ...args], environment);
}

function asWhen(hourMs: number): string {
  const { date, hour } = hourOf(hourMs);
  return `${date}T${hour}`;
}

async function countPulled(): Promise<unknown> {
  const [row] = await queryDuckDb(
    `SELECT count(*)::INTEGER AS n, count(DISTINCT event_id)::INTEGER AS ids, count(DISTINCT hour)::INTEGER AS hours
     FROM read_parquet('${out}/events/**/*.parquet', hive_partitioning = true)`,
  );
  return row;
}

it("prints the small files of hours that nobody has compacted, within the asked range", async () => {
  const all = await lake("files");
  expect(all.stdout.trim().split("\n")).toEqual([
    `${hourFolder("events", HOUR)}shard-00-0000000001.parquet`,
    `${hourFolder("events", HOUR)}shard-01-0000000001.parquet`,
    `${hourFolder("events", LATER)}shard-00-0000000001.parquet`,
    `${hourFolder("recommendations", HOUR)}batch-b0.parquet`,
    `${hourFolder("recommendations", HOUR)}batch-b1.parquet`,
  ]);
  const later = await lake("files", "--table", "events", "--from", asWhen(HOUR + HOUR_MILLISECONDS), "--json");
  expect(JSON.parse(later.stdout)).toEqual({
    data: [
      {
        key: `${hourFolder("events", LATER)}shard-00-0000000001.parquet`,
        bytes: expect.any(Number),
        etag: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ],
  });
  expect((await lake("files", "--table", "events", "--to", asWhen(HOUR))).stdout.trim().split("\n")).toHaveLength(2);
  expect((await lake("files", "--to", "2020-01-01")).stdout).toBe("");
}, 60_000);

it("pulls what DuckDB then reads with one pattern, and fetches nothing twice", async () => {
  const first = await lake("pull", "--out", out, "--json");
  expect(JSON.parse(first.stdout)).toMatchObject({ folder: out, files: 5, fetched: 5, removed: 0 });
  expect(await countPulled()).toEqual({ n: 6, ids: 6, hours: 2 });
  const again = await lake("pull", "--out", out, "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ files: 5, fetched: 0, removed: 0 });
}, 60_000);

it("has an hour compacted, reads the large files from then on, and removes the small ones that were pulled", async () => {
  const compacted = await lake("compact");
  expect([compacted.status, compacted.stdout.trim()]).toEqual([0, "2 hours compacted, 0 swept, 0 refused"]);
  const files = await lake("files", "--table", "events");
  expect(files.stdout.trim().split("\n")).toEqual([
    expect.stringMatching(/large-[0-9a-f]{16}-0001-of-0001\.parquet$/),
    `${hourFolder("events", LATER)}shard-00-0000000001.parquet`,
  ]);
  const listed = await lake("list", "--json");
  expect(JSON.parse(listed.stdout).data).toMatchObject([
    { table: "events", state: "compacted", files: 1, rows: 4 },
    { table: "events", state: "open", files: 1, rows: null },
    { table: "recommendations", state: "compacted", files: 1, rows: 7 },
  ]);
  expect((await lake("list")).stdout).toContain("compacted");

  const folder = join(out, hourFolder("events", HOUR));
  // What an interrupted pull and the caller left there.
  await writeFile(join(folder, "shard-09-0000000001.parquet.partial"), "half");
  await writeFile(join(folder, "notes.txt"), "mine");
  const pulled = await lake("pull", "--out", out, "--json");
  expect(JSON.parse(pulled.stdout)).toMatchObject({ files: 3, fetched: 2, removed: 5 });
  expect(await countPulled()).toEqual({ n: 6, ids: 6, hours: 2 });
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^large-/), "notes.txt"]);
  expect(await readFile(join(folder, "notes.txt"), "utf8")).toBe("mine");
}, 60_000);

it("fetches a file again that is damaged here", async () => {
  const [large = ""] = await readdir(join(out, hourFolder("events", HOUR)));
  const path = join(out, hourFolder("events", HOUR), large);
  const { size } = await stat(path);
  await writeFile(path, "short");
  expect(JSON.parse((await lake("pull", "--out", out, "--json")).stdout)).toMatchObject({ fetched: 1 });
  expect((await stat(path)).size).toBe(size);
}, 60_000);

it("says what is wrong with what it was asked", async () => {
  const messages = await Promise.all([
    lake(),
    lake("files", "--table", "sales"),
    lake("pull", "--from", "yesterday"),
    lake("files", "--from", "2026-11-22", "--to", "2026-11-21"),
  ]);
  expect(messages.map(({ status, stderr }) => [status, stderr.trim()])).toEqual([
    [1, "endcap lake: Say what to do with the lake: list, files, pull or compact."],
    [1, 'endcap lake: There is no table "sales" in the lake: use events, orders, recommendations.'],
    [1, "endcap lake: --from yesterday is neither a day (2026-11-21) nor an hour (2026-11-21T09) of UTC."],
    [1, "endcap lake: --from lies behind --to: nothing is between them."],
  ]);
  await runtime.env.LAKE.put(markerKey("orders", HOUR), JSON.stringify({ format: 2 }));
  const unknown = await lake("files", "--table", "orders");
  expect([unknown.status, unknown.stderr]).toEqual([
    1,
    expect.stringContaining("not a marker that this version knows"),
  ]);
}, 60_000);
