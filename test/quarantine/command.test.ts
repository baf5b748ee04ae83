import { afterAll, beforeAll, expect, it } from "vitest";

import { setAside } from "../../platform/quarantine/set-aside.ts";
import { keepDeadLetter } from "../../platform/quarantine/keep-dead-letter.ts";
import { parseSince } from "../../scripts/quarantine/since.ts";
import { type Ended, runEndcap } from "../scripts/cli.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
let environment: Record<string, string>;
beforeAll(async () => {
  runtime = await startRuntime();
  const { href } = new URL("/", (await runtime.harness.listen()).url);
  environment = { ENDCAP_URL: href, ENDCAP_SECRET_KEY: TEST_KEYS.secret };
});
afterAll(() => runtime.close());

function endcap(...args: string[]): Promise<Ended> {
  return runEndcap(args, environment);
}

async function keep(reason: string, event_id: string, name = "view_item"): Promise<void> {
  const received_at = Date.now();
  const event = { event_id, name, params: { items: [{ item_id: "a" }] } };
  const payload = { kind: "event", shopper: "u:1", received_at, cut: false, event };
  await setAside(runtime.env, "events", [{ reason, detail: "It is of no use.", at: received_at, payload }]);
}

it("lists, shows and replays what is set aside", async () => {
  expect((await endcap("quarantine", "list")).stdout).toBe("Nothing is set aside.\n");
  await keep("unknown_event", "one");
  await keep("unknown_event", "two");
  await keep("invalid_params", "three", "vew_item");
  const listed = await endcap("quarantine", "list", "--source", "events", "--since", "1h");
  expect(listed.stdout).toMatch(/^WRITTEN +SOURCE +RECORDS +REASONS +REPLAY +KEY\n/);
  const { data } = JSON.parse((await endcap("quarantine", "list", "--reason", "invalid_params", "--json")).stdout);
  const [{ key }] = data;
  const shown = await endcap("quarantine", "show", key);
  expect(shown.stdout).toContain("invalid_params: It is of no use.");
  expect(shown.stdout).toContain('"event_id":"three"');

  const all = await endcap("quarantine", "replay", "--source", "events", "--json");
  expect(all.stderr).toContain("✓ Replay: 3 of 3 files: 2 replayed, 1 still invalid");
  expect(JSON.parse(all.stdout)).toMatchObject({ files: 3, failed: 0, outcome: { replayed: 2, still_invalid: 1 } });
  const again = await endcap("quarantine", "replay", "--source", "events");
  expect(again.stderr).toContain("✓ Replay: 1 of 1 files: 1 still invalid");
  expect((await endcap("quarantine", "replay", key)).stderr).toContain("1 still invalid");
});

it("goes on with the other files where one cannot be replayed, and fails", async () => {
  await keep("with_a_gap", "four");
  const { results } = await runtime.env.DB.prepare("SELECT key FROM kept_files WHERE reasons LIKE '%gap%'").all();
  await runtime.env.LAKE.delete(String(results[0]?.["key"]));
  await keep("with_a_gap", "five");
  const { status, stderr } = await endcap("quarantine", "replay", "--reason", "with_a_gap");
  expect(status).toBe(1);
  expect(stderr).toContain("✗ Replay: 1 of 2 files: 1 replayed");
  expect(stderr).toContain("not in the bucket any more");
});

it("lists dead letters and sends them again", async () => {
  expect((await endcap("dead-letters", "list")).stdout).toBe("There are no dead letters.\n");
  const at = Date.now();
  const one = { event_id: "d", name: "view_item", shopper: "u:1", at, received_at: at, items: [], params: {} };
  for (const id of ["a", "b"]) {
    const message = { id, timestamp: new Date(), attempts: 1, body: { format: 1, interactions: [one] } };
    await keepDeadLetter(runtime.env, "events", message, new RangeError("away"));
  }
  const listed = await endcap("dead-letters", "list", "--open");
  expect(listed.stdout).toMatch(/^WRITTEN +QUEUE +ERROR +SENT AGAIN +KEY\n/);
  expect(listed.stdout).toContain("RangeError");
  const all = await endcap("dead-letters", "replay", "--all", "--queue", "events");
  expect(all.stderr).toContain("✓ Sending again: 2 sent");
  const { data } = JSON.parse((await endcap("dead-letters", "list", "--json")).stdout);
  expect((await endcap("dead-letters", "replay", data[0].key)).stderr).toContain("1 already sent");
  expect((await endcap("dead-letters", "replay", "--all")).stderr).toContain("there is nothing to send");
});

it.each([
  [["quarantine"], "Say what to do"],
  [["quarantine", "show"], "Say which"],
  [["quarantine", "show", "none"], "not_found"],
  [["quarantine", "replay"], "Say what to replay"],
  [["quarantine", "list", "--since", "soon"], "is no time"],
  [["quarantine", "list", "--limit", "0"], "is no number of files"],
  [["quarantine", "list", "--source", "nowhere"], "invalid_request"],
  [["dead-letters"], "Say what to do"],
  [["dead-letters", "replay"], "Say what to send again"],
  [["dead-letters", "replay", "key", "--all"], "Say what to send again"],
])("answers endcap %j with what to do", async (args, message) => {
  const { status, stderr } = await endcap(...args);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});

it("explains itself", async () => {
  for (const name of ["quarantine", "dead-letters"])
    expect((await endcap(name, "--help")).stdout).toContain(`endcap ${name} list`);
});

it("reads how long ago, or since when", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  expect(parseSince("2h", now)).toEqual(new Date("2026-11-21T10:00:00Z"));
  expect(parseSince("2026-11-20T00:00:00Z", now)).toEqual(new Date("2026-11-20T00:00:00Z"));
});
