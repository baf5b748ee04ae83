import { existsSync } from "node:fs";
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from "vitest";

import { shownItemCount } from "../../domain/attribution/recommendation-id.ts";
import { parseCsv } from "../../scripts/evaluate/csv.ts";
import type { AnsweredUser } from "../../scripts/recommend/batch-answer.ts";
import { type Ended, runEndcap, startEndcap } from "../scripts/cli.ts";
import { eventually, startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { openTestShop } from "../support/shop.ts";

const COLUMNS =
  "user_id,placement,strategy,rank,item_id,name,price,currency,url,score,reason_code,reason,recommendation_id";

let runtime: TestRuntime;
let environment: Record<string, string>;
let folder: string;
let users: string;
let out: string;
beforeAll(async () => {
  runtime = await startRuntime({ main: "test/batch/watched-worker.ts" });
  await openTestShop(runtime);
  const { url } = await runtime.harness.listen();
  environment = { ENDCAP_URL: url.origin, ENDCAP_SECRET_KEY: TEST_KEYS.secret };
});
afterAll(() => runtime.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-recommend-"));
  users = join(folder, "users.csv");
  out = join(folder, "list.csv");
  return () => rm(folder, { recursive: true });
});

async function recommend(...args: readonly string[]): Promise<Ended> {
  return runEndcap(["recommend", "--users", users, "--out", out, ...args], environment);
}

async function rows(): Promise<Record<string, string>[]> {
  return parseCsv(await readFile(out, "utf8"));
}

/** The users of a list in its order, each with all their lines; fails for one who is there in part or twice. */
async function wholeUsers(): Promise<string[]> {
  const found = Map.groupBy(await rows(), (row) => row["user_id"] ?? "");
  for (const [user, lines] of found) {
    const ids = new Set(lines.map((line) => line["recommendation_id"]));
    expect([user, ids.size, lines.length]).toEqual([user, 1, shownItemCount([...ids][0] ?? "")]);
  }
  return [...found.keys()];
}

it("writes a line an item, what a page would show, for users of a CSV or one id a line", async () => {
  await writeFile(users, 'name,user_id\r\n"Atelier, graphique",1\r\nBaane,2\r\nAtelier again,1\r\n');
  const ended = await recommend("--limit", "3", "--json");
  expect(ended).toMatchObject({ status: 0 });
  expect(JSON.parse(ended.stdout)).toEqual({ out, users: 2, skipped: 0, written: 2, rows: 12, missing: [] });
  expect((await readFile(out, "utf8")).split("\n")[0]).toBe(COLUMNS);
  const page = (await runtime.call("/v1/recommendations?placement=home&user_id=1&limit=3")).body;
  const written = (await rows()).filter((row) => row["user_id"] === "1");
  expect(written.map(({ recommendation_id: _own, ...row }) => row)).toEqual(
    page.shelves.flatMap(({ strategy, items }: AnsweredUser["shelves"][number]) =>
      items.map(({ item_id, score, reason, item }, position) => ({
        user_id: "1",
        placement: "home",
        strategy,
        rank: String(position + 1),
        item_id,
        name: item.name,
        price: String(item.price),
        currency: "USD",
        url: "",
        score: String(score),
        reason_code: reason.code,
        reason: reason.text,
      })),
    ),
  );

  await rm(out);
  await writeFile(users, "\uFEFF2\n 1 \n\n2\n");
  expect((await recommend("--limit", "3")).stderr).toMatch(/✓ Recommending: 2 users with 12 lines in /);
  expect(await wholeUsers()).toEqual(["2", "1"]);
});

it("says who is missing and why, and asks for them alone when it runs again", async () => {
  await writeFile(users, `user_id\n1\nbroken\n${"x".repeat(200)}\n2\n`);
  const first = await recommend("--json");
  expect(first.status).toBe(1);
  expect(first.stderr).toMatch(/✗ Recommending: 2 users with \d+ lines in .*; 2 are missing/);
  expect(JSON.parse(first.stdout)).toMatchObject({
    written: 2,
    missing: [
      { user_id: "broken", code: "temporarily_unavailable", message: expect.any(String) },
      { user_id: "x".repeat(200), code: "invalid_request", message: expect.any(String) },
    ],
  });
  expect(await wholeUsers()).toEqual(["1", "2"]);

  const before = await readFile(out, "utf8");
  await writeFile(users, "user_id\n1\n2\nthree\n");
  const second = await recommend("--json");
  expect(JSON.parse(second.stdout)).toMatchObject({ users: 3, skipped: 2, written: 1, missing: [] });
  expect((await readFile(out, "utf8")).startsWith(before)).toBe(true);
  expect(await wholeUsers()).toEqual(["1", "2", "three"]);
  expect((await recommend()).stderr).toMatch(/✓ Recommending: 0 users with 0 lines in .*, beside 3 who were there/);
});

it("a user for whom no item is left is missing, too", async () => {
  await writeFile(users, "1\n2\n");
  const { status, stderr } = await recommend("--filter", "category:Zeppelins");
  expect(status).toBe(1);
  expect(stderr).toContain('"1", "2": no_items: No item is left for this user.');
  expect(await readFile(out, "utf8")).toBe(`${COLUMNS}\n`);
});

it(
  "killed again and again, it leaves whole users and ends with everyone once, in the list's order",
  { timeout: 120_000 },
  async () => {
    const everyone = Array.from({ length: 1_500 }, (_, n) => `user-${n}`);
    await writeFile(users, everyone.join("\n"));
    let kills = 0;
    for (const least of [1, 250_000, 500_000]) {
      const running = startEndcap(["recommend", "--users", users, "--out", out], environment);
      await eventually(async () => existsSync(out) && (await stat(out)).size > least, 60_000);
      running.child.kill("SIGKILL");
      if ((await running.ended).status === null) kills++;
      const written = await wholeUsers();
      expect(written).toEqual(everyone.slice(0, written.length));
    }
    expect(kills).toBe(3);
    const ended = await recommend("--json");
    expect(ended.status).toBe(0);
    expect(JSON.parse(ended.stdout).skipped).toBeGreaterThan(100);
    expect(await wholeUsers()).toEqual(everyone);
  },
);

/** A run that stands still after its first users, and what lets it go on. */
async function stoppedRun(count: number): Promise<{ goOn(): void; ended: Promise<Ended> }> {
  const everyone = Array.from({ length: count }, (_, n) => `both-${n}`);
  await writeFile(users, everyone.join("\n"));
  const { child, ended } = startEndcap(["recommend", "--users", users, "--out", out], environment);
  onTestFinished(() => void child.kill("SIGKILL"));
  await eventually(async () => existsSync(out) && (await stat(out)).size > COLUMNS.length + 1, 60_000);
  child.kill("SIGSTOP");
  return { goOn: () => child.kill("SIGCONT"), ended };
}

it("a second run on a list gives way to the first, which ends it whole", async () => {
  const first = await stoppedRun(1_000);
  const second = await recommend();
  first.goOn();
  expect(second).toMatchObject({ status: 1, stderr: expect.stringContaining(`Something else writes to ${out}.`) });
  expect(await first.ended).toMatchObject({ status: 0 });
  expect(await wholeUsers()).toHaveLength(1_000);
});

it("stops when something that knows no lock writes to the list, too", async () => {
  const first = await stoppedRun(1_000);
  await appendFile(out, "a line");
  first.goOn();
  const { status, stderr } = await first.ended;
  expect([status, stderr]).toEqual([1, expect.stringContaining(`Something else writes to ${out}.`)]);
  expect(await readFile(out, "utf8")).toContain("\na line");
});

it("a user whose lines broke off in the middle of a write is asked for again", async () => {
  await writeFile(users, "1\n2\nthree\n");
  await recommend("--limit", "3");
  const [, ...lines] = (await readFile(out, "utf8")).trimEnd().split("\n");
  const lastLine = Buffer.byteLength(`${lines.at(-1)}\n`);
  for (const lost of [1, lastLine - 5, lastLine, lastLine + 1]) {
    await truncate(out, (await stat(out)).size - lost);
    expect(JSON.parse((await recommend("--limit", "3", "--json")).stdout)).toMatchObject({ skipped: 2, written: 1 });
    expect(await wholeUsers()).toEqual(["1", "2", "three"]);
  }
});

it("ends early with what to do when the deployment goes away or refuses, and keeps who was written", async () => {
  await writeFile(users, "1\n2\n");
  await recommend();
  const before = await readFile(out, "utf8");
  await appendFile(users, "three\n");
  const nobody = { ...environment, ENDCAP_URL: "http://127.0.0.1:9" };
  const away = await runEndcap(["recommend", "--users", users, "--out", out], nobody);
  expect(away).toMatchObject({ status: 1, stderr: expect.stringContaining("Nothing answers at http://127.0.0.1:9") });
  const wrongKey = await runEndcap(["recommend", "--users", users, "--out", out], {
    ...environment,
    ENDCAP_SECRET_KEY: TEST_KEYS.publishable,
  });
  expect(wrongKey).toMatchObject({ status: 1, stderr: expect.stringContaining("secret_key_required") });
  expect(await readFile(out, "utf8")).toBe(before);
});

it("leaves files alone that are something else", async () => {
  await writeFile(users, "1\n");
  for (const other of ["my notes", "my notes\n", "user_id,rank,item_id\n1,1,S18\n"]) {
    await writeFile(out, other);
    expect(await recommend()).toMatchObject({ status: 1, stderr: expect.stringContaining("no list of recommend") });
    expect(await readFile(out, "utf8")).toBe(other);
  }
  await rm(out);
  await recommend();
  const before = await readFile(out, "utf8");
  const { stderr } = await recommend("--placement", "cart");
  expect(stderr).toContain("holds recommendations for home, not for cart. Choose another --out.");
  expect(await readFile(out, "utf8")).toBe(before);
});

it.each([
  [[], "Say for whom: --users FILE"],
  [["--users", "none.csv"], "Say where to: --out FILE.csv"],
  [["--users", "none.csv", "--out", "x.csv"], "none.csv cannot be read"],
  [["--users", "package.json", "--out", "/none/x.csv"], "/none/x.csv cannot be written: there is no such folder"],
  [["--users", "package.json", "--out", "docs"], "docs cannot be written: it is a folder"],
  [["--users", "test/batch", "--out", "x.csv"], "cannot be read"],
  [["--users", "x", "--out", "y", "--limit", "ten"], '--limit "ten" is no number'],
])("refuses %j in one line", async (args, message) => {
  const { status, stderr } = await runEndcap(["recommend", ...args], environment);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

it.each([
  ["", "names no user"],
  ["user_id\n", "names no user"],
  ["id,name\n1,a\n", "has no column user_id. Its columns: id, name."],
  ['user_id,name\n"1,a\n', "is no CSV"],
])("refuses the list %j", async (text, message) => {
  await writeFile(users, text);
  const { status, stderr } = await recommend();
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(existsSync(out)).toBe(false);
});

it("refuses a list that is no text", async () => {
  await writeFile(users, Buffer.from([0x6a, 0xfc, 0x72, 0x67]));
  expect((await recommend()).stderr).toContain("is no text in UTF-8");
});
