import { afterAll, beforeAll, expect, it } from "vitest";

import type { Interaction, InteractionMessage } from "../../domain/events/interaction.ts";
import { ledgerName, ledgerShardOf } from "../../domain/ledger/routing.ts";
import type { RejectedMessage } from "../../domain/quarantine/event-payload.ts";
import { consumeEvents, retryDelaySeconds, TURN_EVENTS } from "../../workers/queues/events.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime.close());

function interaction(event_id: string, shopper: string, at = Date.now()): Interaction {
  return { event_id, shopper, name: "view_item", at, received_at: at, items: [{ item_id: "a" }], params: {} };
}

function rejected(event_id: string): RejectedMessage {
  const event = { event_id, name: "vew_item" };
  const payload = { kind: "event" as const, shopper: "u:1", received_at: Date.now(), cut: false, event };
  return {
    format: 1,
    rejected: [{ reason: "unknown_event", detail: "There is no event of this name.", payload }],
    not_kept: { invalid_event: 2 },
    sent_at: Date.now(),
  };
}

interface KeptRow {
  readonly key: string;
  readonly reasons: Record<string, number>;
}

async function keptFiles(): Promise<KeptRow[]> {
  const { results } = await runtime.env.DB.prepare("SELECT key, reasons FROM kept_files ORDER BY written_at").all();
  return results.map((row) => ({
    key: String(row["key"]),
    reasons: JSON.parse(String(row["reasons"])) as Record<string, number>,
  }));
}

/** A delivered batch that writes down what becomes of each message. */
function batchOf(bodies: readonly unknown[], outcomes: string[]): MessageBatch<InteractionMessage> {
  const messages = bodies.map((body, position) => ({
    id: `${position}`,
    timestamp: new Date(0),
    attempts: 3,
    body: body as InteractionMessage,
    ack: () => void outcomes.push(`ack ${position}`),
    retry: (options?: QueueRetryOptions) => void outcomes.push(`retry ${position} in ${options?.delaySeconds}`),
  }));
  const forAll = () => void outcomes.push("all");
  return {
    queue: "events",
    messages,
    metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
    ackAll: forAll,
    retryAll: forAll,
  };
}

it("acknowledges what the ledger has, and is not held up by a message that is not ours", async () => {
  const outcomes: string[] = [];
  const interactions = [interaction("1", "u:1"), interaction("2", "u:2")];
  await consumeEvents(
    batchOf(["noise", { format: 1, interactions }, { format: 1, interactions: "none" }], outcomes),
    runtime.env,
  );
  expect(outcomes.toSorted()).toEqual(["ack 1", "retry 0 in 8", "retry 2 in 8"]);
  for (const one of interactions) {
    const name = ledgerName(ledgerShardOf(one, Number(runtime.env.LEDGER_SHARDS)));
    expect(await runtime.env.INTERACTION_LEDGER.getByName(name).totals(one.shopper)).toMatchObject([{ views: 1 }]);
  }
});

it("retries a message of which one shard could not be reached, and no other", async () => {
  const outcomes: string[] = [];
  const away = interaction("3", "u:away");
  const there = Array.from({ length: 100 }, (_, n) => interaction(`there-${n}`, `u:there-${n}`)).filter(
    (one) => ledgerShardOf(one, 16) !== ledgerShardOf(away, 16),
  );
  const [first, second] = there;
  if (first === undefined || second === undefined) throw new Error("no shopper of another shard");
  const { INTERACTION_LEDGER: ledgers } = runtime.env;
  const env = {
    ...runtime.env,
    LEDGER_SHARDS: runtime.env.LEDGER_SHARDS,
    INTERACTION_LEDGER: {
      getByName(name: string) {
        if (name === ledgerName(ledgerShardOf(away, 16))) throw new Error("this shard is away");
        return ledgers.getByName(name);
      },
    } as unknown as typeof ledgers,
  };
  const batch = batchOf(
    [
      { format: 1, interactions: [first, away] },
      { format: 1, interactions: [second] },
    ],
    outcomes,
  );
  await consumeEvents(batch, env);
  expect(outcomes).toEqual(["retry 0 in 8", "ack 1"]);
});

it("hands a large batch to the ledgers in turns, and lets others in between them", async () => {
  const outcomes: string[] = [];
  const { INTERACTION_LEDGER: ledgers } = runtime.env;
  const taken: number[] = [];
  const env = {
    ...runtime.env,
    LEDGER_SHARDS: "1",
    INTERACTION_LEDGER: {
      getByName: () => ({
        async append(group: readonly Interaction[]) {
          taken.push(group.length);
          setTimeout(() => outcomes.push("somebody else"), 0);
          return { appended: group.length, duplicates: 0, tooOld: [] };
        },
      }),
    } as unknown as typeof ledgers,
  } as unknown as typeof runtime.env;
  const message = (n: number, events: number) => ({
    format: 1,
    interactions: Array.from({ length: events }, (_, place) => interaction(`${n}-${place}`, "u:many")),
  });
  await consumeEvents(batchOf([message(0, TURN_EVENTS - 1), message(1, 2), message(2, 1)], outcomes), env);
  expect(taken).toEqual([TURN_EVENTS + 1, 1]);
  expect(outcomes).toEqual(["ack 0", "ack 1", "somebody else", "ack 2"]);
});

it("waits twice as long with every attempt, up to ten minutes", () => {
  expect([1, 2, 3, 20].map(retryDelaySeconds)).toEqual([2, 4, 8, 600]);
});

it("keeps a batch's rejected events and those that are too old as one file, beside what it appends", async () => {
  const outcomes: string[] = [];
  const month = 30 * 24 * 60 * 60 * 1_000;
  const old = interaction("old", "u:old", Date.now() - month);
  const bodies = [rejected("r-1"), rejected("r-2"), { format: 1, interactions: [old, interaction("new", "u:new")] }];
  const before = (await keptFiles()).length;
  await consumeEvents(batchOf(bodies, outcomes), runtime.env);
  expect(outcomes).toEqual(["ack 0", "ack 1", "ack 2"]);
  const files = (await keptFiles()).slice(before);
  expect(files.map((file) => file.reasons)).toEqual([{ unknown_event: 2, too_old: 1, not_kept: 4 }]);
  const text = (await (await runtime.env.LAKE.get(files[0]?.key ?? ""))?.text()) ?? "";
  expect(text).toContain('"event_id":"r-2"');
  expect(text).not.toContain("u:old");
});

it("retries what was to be set aside and could not be, and acknowledges the rest", async () => {
  const outcomes: string[] = [];
  const env = {
    ...runtime.env,
    LEDGER_SHARDS: runtime.env.LEDGER_SHARDS,
    LAKE: { put: () => Promise.reject(new Error("R2 is away")) } as unknown as R2Bucket,
  };
  const old = interaction("old-2", "u:old", 1);
  const bodies = [
    rejected("r-3"),
    { format: 1, interactions: [interaction("new-2", "u:new")] },
    { format: 1, interactions: [old] },
  ];
  await consumeEvents(batchOf(bodies, outcomes), env);
  expect(outcomes).toEqual(["retry 0 in 8", "ack 1", "retry 2 in 8"]);
});
