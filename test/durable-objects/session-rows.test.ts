import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { shardOf } from "../../domain/hash.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import { SESSION_CONFIRM_SPREAD, type Session } from "../../domain/sessions/session.ts";
import { createRandom } from "../../scripts/random.ts";
import { eventually, startRuntime, type TestRuntime } from "../support/runtime.ts";
import type { Command, WrittenRows } from "./session-worker.ts";

/** A hundredth of the minute that a session waits: what takes 20 seconds there takes 200 ms here. */
const CONFIRM = 600;
const DAY = 24 * 60 * 60 * 1000;

let runtime: TestRuntime;
beforeAll(async () => {
  const vars = { SESSION_CONFIRM_MILLISECONDS: String(CONFIRM) };
  runtime = await startRuntime({ main: "test/durable-objects/session-worker.ts", vars });
});
afterAll(() => runtime.close());
beforeEach(async () => {
  await tell({ kind: "away", what: [] });
  await tell({ kind: "calls" });
});

const tell = async (command: Command) => (await runtime.call("/test", { body: command })).body;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function append(shopper: string, ids: readonly string[], receivedAt = Date.now()) {
  const interactions = ids.map((event_id): Interaction => ({
    event_id,
    name: "view_item",
    shopper,
    at: receivedAt,
    received_at: receivedAt,
    items: [{ item_id: "a" }],
    params: {},
  }));
  return tell({ kind: "append", shopper, interactions });
}

/** What is not in memory stays so. */
async function evict(name: string): Promise<void> {
  try {
    await runtime.harness.getWorker<Env>().evictDurableObject("SHOPPER_SESSION", { name });
  } catch (error) {
    if (!String(error).includes("not currently running")) throw error;
  }
}

async function sql<Row extends Record<string, SqlStorageValue>>(name: string, ...statement: [string, ...unknown[]]) {
  const storage = await runtime.harness.getWorker<Env>().getDurableObjectStorage("SHOPPER_SESSION", { name });
  return storage.exec<Row>(...statement);
}

async function storedOf(shopper: string): Promise<Session> {
  const [row] = await sql<{ value: string }>(shopper, "SELECT value FROM session");
  return JSON.parse(row?.value ?? "null");
}

const waitingIn = async (shopper: string) => (await storedOf(shopper)).unconfirmed.map((event) => event.event_id);

/** Waits until the session has offered these to the ledger; returns all that it asked. */
async function offered(...ids: readonly string[]): Promise<string[]> {
  const asked: string[] = [];
  await eventually(async () => {
    asked.push(...(await tell({ kind: "calls" })));
    return ids.every((id) => asked.includes(`missing ${id}`));
  });
  // The alarm that follows is set right after.
  await sleep(100);
  return asked;
}

/** As if `days` had gone by since the row was written. */
async function age(shopper: string, days: number): Promise<void> {
  const session = await storedOf(shopper);
  const old = {
    ...session,
    touched_at: session.touched_at - days * DAY,
    offer_at: (session.offer_at ?? 0) - days * DAY,
    unconfirmed: session.unconfirmed.map((event) => ({ ...event, received_at: event.received_at - days * DAY })),
  };
  await sql(shopper, "UPDATE session SET value = ?", JSON.stringify(old));
}

async function quarantined(): Promise<string[]> {
  const { objects } = await runtime.env.LAKE.list({ prefix: "quarantine/source=events/" });
  return objects.map((object) => object.key);
}

describe("what an event costs its session in rows written", () => {
  const total = async (shopper: string): Promise<number> => {
    const { rows, alarms }: WrittenRows = await tell({ kind: "rows", shopper });
    return rows + alarms;
  };

  it("is three for an event that stays alone: the row, the alarm that confirms, the look for an idle session", async () => {
    await append("u:alone", ["first"]);
    await offered("first");
    const before = await total("u:alone");
    // The first one makes the table: two more, once in a session's life.
    expect(before).toBe(5);
    await append("u:alone", ["second"]);
    await offered("second");
    expect((await total("u:alone")) - before).toBe(3);
  });

  it("is two for one that came a moment before the alarm: it is left to the queue, and to the next alarm", async () => {
    await append("u:young", ["young-before"]);
    await offered("young-before");
    const before = await total("u:young");
    await append("u:young", ["old"]);
    // Not an eighth of the wait before the first alarm, whenever it comes; long before the second.
    await append("u:young", ["young"], Date.now() + CONFIRM * (1 + SESSION_CONFIRM_SPREAD));
    const asked = await offered("old");
    expect(asked.filter((call) => call.endsWith(" young"))).toEqual([]);
    await evict("u:young");
    await offered("young");
    // Two rows, the alarm of each, and the look for an idle session.
    expect((await total("u:young")) - before).toBe(5);
  });

  it("is 1.7 for one of 30 events that come every 20 seconds, with a minute's wait: two alarms for three of them", async () => {
    await append("u:steady", ["steady-before"]);
    await offered("steady-before");
    const before = await total("u:steady");
    for (let n = 0; n < 30; n++) {
      await append("u:steady", [`steady-${n}`]);
      await sleep(CONFIRM / 3);
    }
    await offered("steady-29");
    const rows = (await total("u:steady")) - before;
    // 50; a machine that is busy with other things lets fewer come within one wait.
    expect(rows).toBeGreaterThanOrEqual(30 + 2);
    expect(rows).toBeLessThanOrEqual(30 + 2 * 15);
  });

  it("is an eighth for one of 25 that come in one request", async () => {
    await append("u:batch", ["batch-before"]);
    await offered("batch-before");
    const before = await total("u:batch");
    const ids = Array.from({ length: 25 }, (_, n) => `batch-${n}`);
    await append("u:batch", ids);
    await offered(...ids);
    expect((await total("u:batch")) - before).toBe(3);
  });
});

describe("an event that was confirmed", () => {
  it("stays in the row, and is not offered again by a session that has forgotten", async () => {
    await append("u:kept", ["kept-1"]);
    await offered("kept-1");
    expect(await waitingIn("u:kept")).toEqual(["kept-1"]);
    await evict("u:kept");
    await append("u:kept", ["kept-2"]);
    expect(await waitingIn("u:kept")).toEqual(["kept-2"]);
    expect(await offered("kept-2")).not.toContain("missing kept-1");
  });

  it("is not offered when the session ends, weeks after the ledger has forgotten its id", async () => {
    await append("u:ends", ["ends-1"]);
    await offered("ends-1");
    await evict("u:ends");
    await age("u:ends", 31);
    await tell({ kind: "wake", shopper: "u:ends", at: Date.now() + 500 });
    await evict("u:ends");
    await eventually(
      async () => (await sql("u:ends", "SELECT 1 FROM sqlite_master WHERE name = 'session'")).length === 0,
    );
    expect(await tell({ kind: "calls" })).toEqual([]);
    expect(await quarantined()).toEqual([]);
  });

  it("in a row of version 0.1, which does not say when it was to be offered, leaves the row", async () => {
    await append("u:former", ["former-1"]);
    await sql("u:former", "UPDATE session SET value = json_remove(value, '$.offer_at')");
    await evict("u:former");
    await offered("former-1");
    expect(await waitingIn("u:former")).toEqual([]);
  });
});

describe("an event that was not confirmed", () => {
  it("is still waiting after an eviction, also beside one that came later", async () => {
    await tell({ kind: "away", what: ["ledger"] });
    await append("u:waits", ["waits-1"]);
    await evict("u:waits");
    await append("u:waits", ["waits-2"]);
    expect(await waitingIn("u:waits")).toEqual(["waits-1", "waits-2"]);
    await tell({ kind: "away", what: [] });
    expect(await offered("waits-1", "waits-2")).toEqual(expect.arrayContaining(["append waits-1", "append waits-2"]));
  });

  it("is offered until the ledger is back, by a session that forgets in between", async () => {
    await tell({ kind: "away", what: ["ledger"] });
    await append("u:outage", ["outage-1"]);
    const armed = await storedOf("u:outage");
    // Each failure names a later alarm.
    await eventually(async () => ((await storedOf("u:outage")).offer_at ?? 0) > (armed.offer_at ?? 0));
    await evict("u:outage");
    await append("u:outage", ["outage-2"]);
    await tell({ kind: "away", what: [] });
    expect(await offered("outage-1", "outage-2")).toEqual(
      expect.arrayContaining(["append outage-1", "append outage-2"]),
    );
  });

  it("and that the ledger takes no more is set aside, once, and done with", async () => {
    await append("u:late", ["late-1", "late-2"], Date.now() - 15 * DAY);
    // Also a session whose alarm comes weeks late has not confirmed anything.
    await tell({ kind: "away", what: ["lake"] });
    await offered("late-1");
    expect(await quarantined()).toEqual([]);
    expect(await waitingIn("u:late")).toEqual(["late-1", "late-2"]);
    await tell({ kind: "away", what: [] });
    const [key, ...others] = await eventually(async () => {
      const keys = await quarantined();
      return keys.length > 0 && keys;
    });
    expect(others).toEqual([]);
    const lines = (await (await runtime.env.LAKE.get(key ?? ""))?.text())?.trim().split("\n") ?? [];
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { reason: "too_old", payload: { interaction: { event_id: "late-1" } } },
      { reason: "too_old", payload: { interaction: { event_id: "late-2" } } },
    ]);
    await evict("u:late");
    await append("u:late", ["late-3"]);
    expect(await waitingIn("u:late")).toEqual(["late-3"]);
  });
});

describe("whatever evictions and outages come in between,", () => {
  it.each([1, 2, 3])(
    "every acknowledged event is in the ledger, and none is offered for ever (seed %i)",
    async (seed) => {
      const random = createRandom(seed);
      const shoppers = ["u:x", "u:y", "c:z"].map((name) => `${name}-${seed}`);
      const acknowledged: string[] = [];
      for (let step = 0; step < 40; step++) {
        const shopper = shoppers[Math.floor(random() * shoppers.length)] ?? "";
        const chance = random();
        if (chance < 0.45) {
          const id = `${shopper}-${step}`;
          expect(await append(shopper, [id])).toMatchObject({ ok: true });
          acknowledged.push(id);
        } else if (chance < 0.7) await evict(shopper);
        else if (chance < 0.8) await tell({ kind: "away", what: random() < 0.5 ? [] : ["ledger"] });
        else await sleep(random() * CONFIRM);
      }
      await tell({ kind: "away", what: [] });
      const shards = Number(runtime.env.LEDGER_SHARDS);
      for (const shopper of shoppers) {
        const ids = acknowledged.filter((id) => id.startsWith(shopper));
        const name = ledgerName(shardOf(shopper, shards));
        await eventually(async () => {
          const missing = await tell({ kind: "missing", name, ids });
          return missing.length === 0;
        }, 30_000);
      }
      // The looks for idle sessions are set by now.
      await sleep(2 * CONFIRM);
      for (const shopper of shoppers) {
        await evict(shopper);
        await append(shopper, [`${shopper}-last`]);
        expect(await waitingIn(shopper)).toEqual([`${shopper}-last`]);
      }
    },
  );
});
