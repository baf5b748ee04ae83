import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { parseAsOf } from "../../scripts/exports/as-of.ts";
import { formatBytes } from "../../scripts/exports/format-bytes.ts";
import { type Ended, runEndcap } from "../scripts/cli.ts";
import { makeExport, putExport, recordExport } from "./made-export.ts";
import { type S3World, startS3World } from "./s3-world.ts";

const ID = "20261121t100000000-0123abcd";

describe("endcap exports create", () => {
  let server: Server;
  let environment: Record<string, string>;
  let asked: string[];
  let states: object[];

  // A stand-in, since what is tested is what is asked for and how each end is told.
  beforeEach(async () => {
    asked = [];
    states = [
      { state: "running", error: null },
      { state: "complete", error: null },
    ];
    server = createServer((request, response) => {
      void (async () => {
        asked.push(`${request.method} ${request.url} ${await text(request)}`.trim());
        const answer = request.method === "POST" ? { id: ID } : states.length > 1 ? states.shift() : states[0];
        response.end(JSON.stringify(answer));
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    environment = { ENDCAP_URL: `http://127.0.0.1:${port}`, ENDCAP_SECRET_KEY: "sk_x" };
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  function create(...args: string[]): Promise<Ended> {
    return runEndcap(["exports", "create", ...args], environment);
  }

  it("asks for an export as usual, waits, and prints its id alone", async () => {
    const { status, stdout, stderr } = await create();
    expect([status, stdout]).toEqual([0, `${ID}\n`]);
    expect(stderr).toMatch(new RegExp(`^✓ Exporting: ${ID} `));
    expect(asked).toEqual(["POST /v1/exports {}", `GET /v1/exports/${ID}`, `GET /v1/exports/${ID}`]);
  });

  it("asks for CSV, another moment and the shop's own ids", async () => {
    const { stdout } = await create("--csv", "--as-of", "2026-11-20T18:00+01:00", "--raw-user-ids", "--json");
    expect(JSON.parse(stdout)).toEqual({ id: ID });
    expect(asked[0]).toBe('POST /v1/exports {"csv":true,"as_of":"2026-11-20T17:00:00.000Z","user_ids":"raw"}');
  });

  it("says why there is none", async () => {
    states = [{ state: "failed", error: "The export would be empty." }];
    const { status, stdout, stderr } = await create();
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`endcap exports: Export ${ID} failed: The export would be empty.`);
  });

  it("does not ask for what is no time, or what belongs to another command", async () => {
    const time = await create("--as-of", "yesterday");
    expect([time.status, time.stderr]).toEqual([1, expect.stringContaining('--as-of "yesterday" is no time')]);
    const option = await create("--table", "users");
    expect([option.status, option.stderr]).toEqual([2, expect.stringContaining("--table")]);
    expect(asked).toEqual([]);
  });
});

async function removeExports(bucket: R2Bucket): Promise<void> {
  const { objects } = await bucket.list();
  await bucket.delete(objects.map(({ key }) => key));
}

describe("endcap exports list and pull", () => {
  let world: S3World;
  beforeAll(async () => {
    world = await startS3World();
  });
  afterAll(() => world.close());

  it("lists what lies in the bucket, newest first, for whoever may read it and has no key of ours", async () => {
    const { ENDCAP_URL: _url, ENDCAP_SECRET_KEY: _key, ...environment } = world.environment();
    const list = (...args: string[]): Promise<Ended> => runEndcap(["exports", "list", ...args], environment);
    expect((await list()).stdout).toBe("There is no export yet: make one with `endcap exports create`.\n");
    const { EXPORTS } = world.runtime.env;
    const [first, second] = [makeExport({ minute: 2, csv: true }), makeExport({ minute: 3, userIds: "raw" })];
    await putExport(EXPORTS, first);
    await putExport(EXPORTS, second);
    // Neither one that is being written nor one of an earlier format can be pulled.
    await EXPORTS.put("20261116t031000000-0000000a/training/part-00000.parquet", "half");
    await EXPORTS.put("20261116t031100000-0000000b/manifest.json", JSON.stringify({ format: 1 }));
    const listed = await list();
    expect(
      listed.stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ["export", "as of", "rows", "size", "user ids"],
      [second.manifest.id, second.manifest.as_of, "12", expect.stringMatching(/ kB$/), "raw", "latest"],
      [first.manifest.id, first.manifest.as_of, "12", expect.stringMatching(/ kB$/), "pseudonym", "with CSV"],
    ]);
    expect(JSON.parse((await list("--json")).stdout).data).toMatchObject([
      { id: second.manifest.id, latest: true, csv: false, historic: false },
      { id: first.manifest.id, latest: false, csv: true },
    ]);
    await removeExports(EXPORTS);
  });

  it("says of a bucket that is not there what to do", async () => {
    const environment = { ...world.environment(), ENDCAP_EXPORTS_BUCKET: "no-such-bucket" };
    const { status, stderr } = await runEndcap(["exports", "list"], environment);
    expect([status, stderr]).toEqual([1, expect.stringContaining("no-such-bucket")]);
  });

  it("lists what each export was and came to, newest first", async () => {
    const list = (...args: string[]): Promise<Ended> =>
      runEndcap(["exports", "list", "--runs", ...args], world.environment());
    expect((await list()).stdout).toBe("There is no export yet: make one with `endcap exports create`.\n");
    const [first, second] = [makeExport(), makeExport({ minute: 1, userIds: "raw" })];
    await recordExport(world.runtime.env, first);
    await recordExport(world.runtime.env, second, "failed");
    const lines = (await list()).stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ["export", "state", "as of", "rows", "size", "trigger", "user ids"],
      [second.manifest.id, "failed", "cron", "raw", "The source was away."],
      [
        first.manifest.id,
        "complete",
        first.manifest.as_of,
        "12",
        expect.stringMatching(/^\d\.\d kB$/),
        "cron",
        "pseudonym",
      ],
    ]);
    const { data } = JSON.parse((await list("--json")).stdout);
    expect(data).toMatchObject([
      { id: second.manifest.id, state: "failed", user_ids: "raw", bytes: null },
      { id: first.manifest.id, state: "complete", as_of: first.manifest.as_of, rows: 12, user_ids: "pseudonym" },
    ]);
  });

  it("pulls the newest export's tables, and says what that came to", async () => {
    const made = makeExport({ csv: true });
    await putExport(world.runtime.env.EXPORTS, made);
    const out = await world.folder();
    const args = ["exports", "pull", "--out", out, "--table", "users", "--table", "items", "--table", "users"];
    const pulled = await runEndcap([...args, "--json"], world.environment());
    expect(JSON.parse(pulled.stdout)).toEqual({
      id: made.manifest.id,
      folder: `${out}/${made.manifest.id}`,
      files: 4,
      fetched: 4,
      bytes: expect.any(Number),
    });
    const again = await runEndcap(args, world.environment());
    expect(again.stdout).toBe(`${out}/${made.manifest.id}\n`);
    expect(again.stderr).toMatch(/✓ Pulling the export: 4 files, 0 of them new, \d+ B /);
  });

  it("explains itself", async () => {
    const { status, stdout } = await runEndcap(["exports", "--help"]);
    expect(status).toBe(0);
    for (const option of ["--csv", "--as-of TIME", "--raw-user-ids", "--id ID", "--out DIR", "--table T", "--json"])
      expect(stdout).toContain(option);
    const bare = await runEndcap(["exports"]);
    expect([bare.status, bare.stderr.trim()]).toEqual([
      1,
      "endcap exports: Say what to do with exports: create, list or pull.",
    ]);
  });
});

it.each([
  ["2026-11-20", "2026-11-20T00:00:00.000Z"],
  ["2026-11-20T18:00:00Z", "2026-11-20T18:00:00.000Z"],
  ["2026-11-20T18:00-05:00", "2026-11-20T23:00:00.000Z"],
])("reads --as-of %s as %s", (typed, moment) => {
  expect(parseAsOf(typed)).toBe(moment);
});

it.each(["2026-11-20T18:00:00", "2026-02-30", "1d", ""])('refuses "%s" as a time', (typed) => {
  expect(() => parseAsOf(typed)).toThrow(/is no time/);
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [9_949, "9.9 kB"],
  [9_951, "10 kB"],
  [12_345, "12 kB"],
  [999_600, "1.0 MB"],
  [3_400_000_000, "3.4 GB"],
])("shows %i bytes as %s", (bytes, shown) => {
  expect(formatBytes(bytes)).toBe(shown);
});
