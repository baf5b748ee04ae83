import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import { DEFAULT_KINDS } from "../../domain/notices/kinds.ts";
import { NOTICE_KINDS } from "../../domain/sync/notices.ts";
import { closeNotice, openNotice } from "../../platform/d1/notice-store.ts";
import { WATCH_CRON } from "../../workers/crons/crons.ts";
import { runEndcap } from "../scripts/cli.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";
import { answers, HANGS, type Receiver, startReceiver, TAKES } from "./receiver.ts";

const SECRET = `whsec_${Buffer.from("thirty-two bytes of a real secret").toString("base64")}`;
const OUTAGE = { kind: "source_outage", subject: "replica", message: "a < b & c", announcementId: null } as const;

let receiver: Receiver;
let runtime: TestRuntime;
let broken: TestRuntime;
let analyst: string;
beforeAll(async () => {
  receiver = await startReceiver();
  const targets = [
    { name: "ops", format: "webhook", url: `${receiver.url}/ops`, secret: SECRET },
    { name: "slack", format: "slack", url: `${receiver.url}/T0/B0/hidden`, kinds: ["source_outage"] },
  ];
  runtime = await startRuntime({ vars: { NOTIFY_TARGETS: JSON.stringify(targets) } });
  broken = await startRuntime({ vars: { NOTIFY_TARGETS: `[{"name":"ops","secret":"sesame"}]` } });
  analyst = await runtime.addKey(["analytics:read"]);
}, 60_000);
afterAll(async () => {
  await Promise.all([runtime.close(), broken.close()]);
  await receiver.close();
});
beforeEach(async () => {
  receiver.behave(TAKES);
  receiver.received.length = 0;
  const { DB } = runtime.env;
  await DB.batch([DB.prepare("DELETE FROM notices"), DB.prepare("DELETE FROM notice_deliveries")]);
});

const watch = (of: TestRuntime): Promise<unknown> => of.harness.getWorker().scheduled({ cron: WATCH_CRON });
const arrivedAt = (path: string) => receiver.received.filter((one) => one.path === path);

async function endcap(of: TestRuntime, ...args: readonly string[]) {
  // The harness answers at an address of its own.
  const url = String((await of.harness.listen()).url);
  return runEndcap(args, { ENDCAP_URL: url, ENDCAP_SECRET_KEY: TEST_KEYS.secret });
}

/** The page's own example, as somebody would copy it. */
async function documentedVerifier(): Promise<(headers: object, body: string, secret: string) => boolean> {
  const page = await readFile("docs/notices.md", "utf8");
  const [, code] = /```js\n(.*?)```/s.exec(page) ?? [];
  const folder = await mkdtemp(join(tmpdir(), "endcap-notices-"));
  try {
    const file = join(folder, "verify.mjs");
    await writeFile(file, code ?? "");
    const module = (await import(pathToFileURL(file).href)) as { isFromEndcap: never };
    return module.isFromEndcap;
  } finally {
    await rm(folder, { recursive: true });
  }
}

it("sends what the page's example verifies, and nothing that was changed on its way", async () => {
  await openNotice(runtime.env.DB, OUTAGE, new Date());
  await watch(runtime);
  const [hook] = arrivedAt("/ops");
  if (hook === undefined) throw new Error("Nothing arrived.");
  const isFromEndcap = await documentedVerifier();
  expect(isFromEndcap(hook.headers, hook.body, SECRET)).toBe(true);
  expect(isFromEndcap(hook.headers, `${hook.body} `, SECRET)).toBe(false);
  expect(isFromEndcap(hook.headers, hook.body, "a secret of somebody else")).toBe(false);
  expect(isFromEndcap({ ...hook.headers, "webhook-id": "other" }, hook.body, SECRET)).toBe(false);
  // A signature that is right, and too old.
  const old = String(Number(hook.headers["webhook-timestamp"]) - 301);
  const signature = createHmac("sha256", Buffer.from(SECRET.slice(6), "base64"))
    .update(`${String(hook.headers["webhook-id"])}.${old}.${hook.body}`)
    .digest("base64");
  const replayed = { ...hook.headers, "webhook-timestamp": old, "webhook-signature": `v1,${signature}` };
  expect(isFromEndcap(replayed, hook.body, SECRET)).toBe(false);
});

it("tells each target once of a beginning and of an end, in its own form", async () => {
  await openNotice(runtime.env.DB, OUTAGE, new Date());
  await watch(runtime);
  await watch(runtime);
  await closeNotice(runtime.env.DB, "source_outage", "replica", new Date());
  await watch(runtime);
  await watch(runtime);
  const types = arrivedAt("/ops").map(({ body }) => (JSON.parse(body) as { type: string }).type);
  expect(types).toEqual(["notice.opened", "notice.closed"]);
  const texts = arrivedAt("/T0/B0/hidden").map(({ body }) => (JSON.parse(body) as { text: string }).text);
  expect(texts).toEqual([
    expect.stringMatching(/^\[.+\] \*Source outage\* \(replica\) since 20.+ UTC\na &lt; b &amp; c$/),
    expect.stringMatching(/^\[.+\] Over: \*Source outage\* \(replica\) after less than a minute, at 20.+ UTC$/),
  ]);
  expect(receiver.received.every(({ headers }) => headers["content-type"] === "application/json")).toBe(true);
});

it("follows no redirect", async () => {
  const redirects = answers(307, { location: "/elsewhere" });
  receiver.behave((response, received) => (received.path === "/ops" ? redirects : TAKES)(response, received));
  const { body } = await runtime.call("/v1/notices/test", { body: { target: "ops" } });
  // Which status the local runtime makes of it is its own: nothing was sent elsewhere.
  expect(body.results).toMatchObject([{ target: "ops", delivered: false }]);
  expect(receiver.received.map(({ path }) => path)).toEqual(["/ops"]);
});

it("waits ten seconds for a receiver that hangs, whatever the others do", { timeout: 30_000 }, async () => {
  receiver.behave((response, received) => (received.path === "/ops" ? HANGS : TAKES)(response, received));
  const { body } = await runtime.call("/v1/notices/test", { body: {} });
  expect(body.results).toMatchObject([
    { target: "ops", delivered: false, status: null, error: "no answer within 10 s" },
    { target: "slack", delivered: true },
  ]);
  expect(body.results[0].milliseconds).toBeLessThan(12_000);
});

it("tests every target at once, or one, and says what came of each", async () => {
  receiver.behave((response, { path }) => response.writeHead(path === "/ops" ? 200 : 500).end());
  const all = await runtime.call("/v1/notices/test", { body: {} });
  expect(all.body.results).toMatchObject([
    { target: "ops", delivered: true, status: 200, milliseconds: expect.any(Number), error: null },
    { target: "slack", delivered: false, status: 500, error: "answered 500" },
  ]);
  expect(JSON.parse(arrivedAt("/ops")[0]?.body ?? "")).toMatchObject({
    type: "test",
    data: { id: null, subject: "ops" },
  });
  const one = await runtime.call("/v1/notices/test", { body: { target: "ops" } });
  expect(one.body.results).toHaveLength(1);
  const none = await runtime.call("/v1/notices/test", { body: { target: "pager" } });
  expect(none).toMatchObject({ status: 404, body: { error: { message: expect.stringContaining("ops, slack") } } });
});

it("shows targets without what is secret", async () => {
  const { body } = await runtime.call("/v1/notices/targets");
  expect(body.data).toEqual([
    { name: "ops", format: "webhook", origin: receiver.url, kinds: DEFAULT_KINDS },
    { name: "slack", format: "slack", origin: receiver.url, kinds: ["source_outage"] },
  ]);
});

it("says at the command line what came of a test, by its exit status too", async () => {
  const good = await endcap(runtime, "notify", "test", "--target", "ops");
  expect(good).toMatchObject({ status: 0, stderr: "" });
  expect(good.stdout).toMatch(/^TARGET +TEST +STATUS +TOOK +ERROR\nops +delivered +204 +\d+ ms +–\n$/);
  receiver.behave(answers(500));
  const bad = await endcap(runtime, "notify", "test", "--json");
  expect(bad.status).toBe(1);
  expect(JSON.parse(bad.stdout)).toMatchObject({
    results: [{ target: "ops", error: "answered 500" }, { target: "slack" }],
  });
});

it("lists at the command line targets, what waits and the newest messages", async () => {
  receiver.behave((response, { path }) => response.writeHead(path === "/ops" ? 200 : 500).end());
  await openNotice(runtime.env.DB, OUTAGE, new Date());
  await watch(runtime);
  const { status, stdout } = await endcap(runtime, "notify", "list");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^TARGET +FORMAT +TO +TOLD OF\nops +webhook/);
  expect(stdout).toContain("Waiting: 1\n");
  expect(stdout).toMatch(/source_outage +replica +opened +slack +waiting +1 .*answered 500/);
  expect(stdout).toMatch(/source_outage +replica +opened +ops +delivered +1/);
  expect(stdout).not.toContain("hidden");
});

it.each([
  ["what it does not know", ["test", "ops", "slack"], "What is meant by ops slack?"],
  ["a target that is not there", ["test", "--target", "nobody"], "There is no target of that name in NOTIFY_TARGETS."],
  ["no action", [], "Say what to do: list or test."],
])("refuses %s in one line", async (_, args, message) => {
  const { status, stderr } = await endcap(runtime, "notify", ...args);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

it("says what is wrong with the targets, stops no watch, and repeats no secret", async () => {
  const test = await endcap(broken, "notify", "test");
  expect(test.status).toBe(1);
  expect(test.stderr).toContain("NOTIFY_TARGETS is not valid");
  expect(test.stderr).not.toContain("sesame");
  const { DB } = broken.env;
  await DB.prepare(
    `INSERT INTO sync_runs (run_id, "trigger", state, started_at, counts) VALUES ('r', 'cron', 'complete', 1, '{}')`,
  ).run();
  await watch(broken);
  // What the watch found before is there, and nothing was given up meanwhile.
  const { body } = await broken.call("/v1/notices?open=true");
  expect(body.data).toMatchObject([{ kind: "freshness_breach", subject: "replica_to_d1" }]);
  expect((await broken.call("/v1/notices/deliveries")).body.data).toEqual([]);
});

it("lets only those who may change something send a test", async () => {
  expect((await runtime.call("/v1/notices/test", { body: {}, key: analyst })).status).toBe(403);
  expect((await runtime.call("/v1/notices/deliveries", { key: analyst })).status).toBe(200);
});

it("tells in the page of every kind", async () => {
  const page = await readFile("docs/notices.md", "utf8");
  const told = [...page.matchAll(/^\| `([a-z_]+)` +\|/gm)].map(([, kind]) => kind);
  for (const kind of NOTICE_KINDS) expect(told).toContain(kind);
});
