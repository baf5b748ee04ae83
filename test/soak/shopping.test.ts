import { expect, it } from "vitest";

import { planKills } from "../../scripts/soak/kills.ts";
import { type Batch, Shopping } from "../../scripts/soak/shopping.ts";

const EVENTS = 10_000;
const NOW = Date.UTC(2026, 10, 21, 12);

function batchesOf(seed: number): Batch[] {
  const shopping = new Shopping(EVENTS, seed);
  const batches: Batch[] = [];
  for (let batch = shopping.next(NOW); batch !== null; batch = shopping.next(NOW)) batches.push(batch);
  return batches;
}

it("draws every event once as new, and one in twenty again", () => {
  const batches = batchesOf(1);
  const sent = batches.flatMap(({ numbers }) => numbers);
  expect(new Set(sent).size).toBe(EVENTS);
  expect(batches.reduce((sum, { fresh }) => sum + fresh, 0)).toBe(EVENTS);
  expect((sent.length - EVENTS) / EVENTS).toBeGreaterThan(0.03);
  expect((sent.length - EVENTS) / EVENTS).toBeLessThan(0.07);
});

it("repeats an event as it was, and for the same shopper", () => {
  const seen = new Map<string, string>();
  for (const { body } of batchesOf(2)) {
    const { events, ...identity } = JSON.parse(body) as { events: { event_id: string }[] };
    for (const event of events) {
      const text = JSON.stringify([identity, event]);
      expect(seen.get(event.event_id) ?? text).toBe(text);
      seen.set(event.event_id, text);
    }
  }
  expect(seen.size).toBe(EVENTS);
});

it("is the same for the same seed, and holds every kind of shopper", () => {
  const bodies = batchesOf(3).map(({ body }) => body);
  expect(batchesOf(3).map(({ body }) => body)).toEqual(bodies);
  expect(batchesOf(4).map(({ body }) => body)).not.toEqual(bodies);
  const said = bodies.map((body) => JSON.parse(body) as Record<string, unknown>);
  expect(said.some((one) => "client_id" in one && "user_id" in one)).toBe(true);
  expect(said.some((one) => "consent" in one)).toBe(true);
  expect(said.some((one) => !("client_id" in one))).toBe(true);
});

it("plans kills in order, while there is something to kill", () => {
  const plan = planKills(EVENTS, 20, 1);
  const moments = plan.map(({ afterEvents }) => afterEvents);
  expect(moments).toEqual(moments.toSorted((left, right) => left - right));
  expect(moments[0]).toBeGreaterThan(0);
  expect(moments.at(-1)).toBeLessThan(EVENTS * 0.95);
});
