import { afterAll, beforeAll, expect, it } from "vitest";

import { REJECTED_PER_MINUTE_MAX } from "../../domain/quarantine/limits.ts";
import { quarantineLineSchema } from "../../domain/quarantine/record.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

const bad = (event_id: string): Record<string, unknown> => ({
  event_id,
  name: "vew_item",
  params: { items: [{ item_id: "a" }], note: "call me: anna@shop.example" },
});

async function reasons(): Promise<Record<string, number>> {
  const { body } = await runtime.call("/v1/quarantine?limit=100");
  const sum: Record<string, number> = {};
  for (const file of body.data as { reasons: Record<string, number> }[]) {
    for (const [reason, count] of Object.entries(file.reasons)) sum[reason] = (sum[reason] ?? 0) + count;
  }
  return sum;
}

async function lakeTexts(): Promise<string> {
  const { objects } = await runtime.env.LAKE.list({ prefix: "quarantine/source=events/" });
  const texts = await Promise.all(objects.map(async ({ key }) => (await runtime.env.LAKE.get(key))?.text()));
  return texts.join("");
}

// One test after the other: an isolate's limit is for all of them.
it("keeps an event that the API rejects only for whoever agreed to analytics, and counts the others", async () => {
  const send = (user_id: string, consent: { personalization: boolean; analytics: boolean }) =>
    runtime.call("/v1/events", {
      body: { user_id, session_id: "visit-of-anna", consent, events: [bad(`event-${user_id.length}`)] },
    });
  const answers = await Promise.all([
    send("anna-agrees", { personalization: true, analytics: true }),
    send("bert-counts-only", { personalization: false, analytics: true }),
    send("carl-personal-only", { personalization: true, analytics: false }),
    send("dora-says-no", { personalization: false, analytics: false }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  await eventually(async () => ((await reasons())["unknown_event"] ?? 0) >= 2);
  expect(await reasons()).toEqual({ unknown_event: 2, not_kept: 2 });
  const texts = await lakeTexts();
  const payloads = texts
    .trim()
    .split("\n")
    .map((line) => quarantineLineSchema.parse(JSON.parse(line)))
    .filter(({ reason }) => reason === "unknown_event")
    .map(({ payload }) => payload as { shopper: string | null; session_id?: string });
  // Of whoever agreed to analytics only, neither the shopper nor the visit.
  expect(payloads.map((payload) => [payload.shopper === null, "session_id" in payload])).toEqual(
    expect.arrayContaining([
      [false, true],
      [true, false],
    ]),
  );
  for (const hidden of ["anna@shop", "visit-of-anna", "u:anna", "bert", "carl", "dora"])
    expect(texts).not.toContain(hidden);
});

it("keeps no more than a limit in a minute, and counts what is beyond", async () => {
  const events = Array.from({ length: 100 }, (_, n) => bad(`flood-${n}`));
  for (let request = 0; request < 4; request++) {
    expect((await runtime.call("/v1/events", { body: { user_id: "flood", events } })).status).toBe(202);
  }
  const sum = await eventually(async () => {
    const found = await reasons();
    return (found["unknown_event"] ?? 0) >= REJECTED_PER_MINUTE_MAX && found;
  });
  expect(sum["unknown_event"]).toBe(REJECTED_PER_MINUTE_MAX);
});
