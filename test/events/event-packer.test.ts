import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Interaction, InteractionMessage } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { EVENT_PACK_MAX, EVENT_PACK_MILLISECONDS, packForQueue } from "../../workers/api/event-packer.ts";

const BEGAN = Date.UTC(2026, 10, 21);
const QUEUE_MESSAGE_MAX_BYTES = 128_000;

/** The runtime's, which Node has elsewhere. */
const scheduler = { wait: (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds)) };

let sent: string[][];
let bytes: number[];
const env = {
  EVENTS_QUEUE: {
    async send(message: InteractionMessage) {
      sent.push(message.interactions.map(({ event_id }) => event_id));
      bytes.push(JSON.stringify(message).length);
    },
  },
} as unknown as RuntimeEnv;

function views(name: string, count: number, params: Record<string, unknown> = {}): Interaction[] {
  return Array.from({ length: count }, (_, place) => ({
    event_id: `${name}-${place}`,
    shopper: "u:1",
    name: "view_item",
    at: BEGAN,
    received_at: BEGAN,
    items: [{ item_id: "a" }],
    params,
  }));
}

const pack = (interactions: readonly Interaction[]) => packForQueue(env, interactions, Date.now());

beforeEach(() => {
  vi.useFakeTimers({ now: BEGAN });
  vi.stubGlobal("scheduler", scheduler);
  sent = [];
  bytes = [];
});
afterEach(async () => {
  await vi.runAllTimersAsync();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("lets what several requests bring leave as one message, sent by the first of them", async () => {
  const sending = pack(views("first", 1));
  await vi.advanceTimersByTimeAsync(EVENT_PACK_MILLISECONDS / 2);
  expect(pack(views("second", 2))).toBeNull();
  await vi.advanceTimersByTimeAsync(EVENT_PACK_MILLISECONDS / 2);
  await sending;
  expect(sent).toEqual([["first-0", "second-0", "second-1"]]);
});

it("sends a full pack at once, and what comes after it as late as if it were the first", async () => {
  const first = pack(views("first", 1));
  await vi.advanceTimersByTimeAsync(EVENT_PACK_MILLISECONDS / 2);
  await pack(views("full", EVENT_PACK_MAX - 1));
  expect(sent.map(({ length }) => length)).toEqual([EVENT_PACK_MAX]);
  expect(pack(views("after", 1))).not.toBeNull();
  await vi.advanceTimersByTimeAsync(EVENT_PACK_MILLISECONDS / 2);
  await first;
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(EVENT_PACK_MILLISECONDS / 2);
  expect(sent.slice(1)).toEqual([["after-0"]]);
});

it("is sent by the next request where the first was cut off", async () => {
  vi.stubGlobal("scheduler", { wait: () => new Promise(() => {}) });
  void pack(views("cut-off", 1));
  vi.stubGlobal("scheduler", scheduler);
  await vi.advanceTimersByTimeAsync(10 * EVENT_PACK_MILLISECONDS);
  const next = pack(views("next", 1));
  expect(next).not.toBeNull();
  await vi.advanceTimersByTimeAsync(EVENT_PACK_MILLISECONDS);
  await next;
  expect(sent).toEqual([["cut-off-0", "next-0"]]);
});

it("sends large events in as many messages as they need", async () => {
  await pack(views("large", EVENT_PACK_MAX, { note: "n".repeat(1_000) }));
  expect(sent.flat()).toHaveLength(EVENT_PACK_MAX);
  expect(Math.max(...bytes)).toBeLessThanOrEqual(QUEUE_MESSAGE_MAX_BYTES);
});
