import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

import { ATTEMPT_TIMEOUT_MILLISECONDS, CLAIM_MILLISECONDS } from "../../domain/notices/limits.ts";
import type { NotifyTarget } from "../../domain/notices/targets.ts";
import type { NewNotice } from "../../domain/sync/notices.ts";
import {
  claimMessage,
  deliveryState,
  listDeliveries,
  type ListedDelivery,
} from "../../platform/d1/notice-delivery-store.ts";
import { closeNotice, openNotice, recordNotice } from "../../platform/d1/notice-store.ts";
import { deliverMessages, type DeliveryWorld } from "../../platform/notify/deliver-messages.ts";
import { sendMessage } from "../../platform/notify/send-message.ts";
import { startRuntime, type TestRuntime } from "../support/runtime.ts";
import { answers, BREAKS, HANGS, type Receiver, startReceiver, TAKES } from "./receiver.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 21, 10);
const OUTAGE: NewNotice = { kind: "source_outage", subject: "replica", message: "It is away.", announcementId: null };

let runtime: TestRuntime;
let db: D1Database;
let receiver: Receiver;
let now = START;
let logged: string[];
beforeAll(async () => {
  runtime = await startRuntime();
  db = runtime.env.DB;
});
afterAll(() => runtime.close());
beforeEach(async () => {
  await db.batch([db.prepare("DELETE FROM notices"), db.prepare("DELETE FROM notice_deliveries")]);
  receiver = await startReceiver();
  now = START;
  logged = [];
  for (const level of ["log", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => void logged.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await receiver.close();
});

function target(name = "ops", url = receiver.url): NotifyTarget {
  const kinds = ["source_outage", "schema_change"] as const;
  return { name, url: `${url}/hook`, format: "webhook", secret: "a secret of plain characters", kinds };
}

const world = (): DeliveryWorld => ({ db, shop: "Shop", send: sendMessage, now: () => now, random: () => 0.5 });

/** A watch so many minutes after the start. */
async function watchAt(minute: number, targets: readonly NotifyTarget[] = [target()]): Promise<void> {
  now = START + minute * MINUTE;
  await deliverMessages(world(), targets);
}

const at = (minute: number): Date => new Date(START + minute * MINUTE);
const open = (minute: number): Promise<boolean> => openNotice(db, OUTAGE, at(minute));
const close = (minute: number): Promise<boolean> => closeNotice(db, "source_outage", "replica", at(minute));
const types = (): string[] => receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const ids = (): unknown[] => receiver.received.map(({ headers }) => headers["webhook-id"]);
const deliveries = (): Promise<ListedDelivery[]> => listDeliveries(db, { limit: 100, after: null });
const states = async (): Promise<string[]> =>
  (await deliveries()).map((one) => `${one.phase} ${one.target} ${deliveryState(one)} ${one.attempts}`);

it("says once that something began and once that it is over, however often it looks", async () => {
  await open(0);
  for (const minute of [0, 1, 2]) await watchAt(minute);
  await close(26);
  for (const minute of [26, 27, 28]) await watchAt(minute);
  expect(types()).toEqual(["notice.opened", "notice.closed"]);
  expect(await states()).toEqual(["opened ops delivered 1", "closed ops delivered 1"]);
});

it("says in one message what began and ended between two looks, and what only happened", async () => {
  await open(0);
  await close(0.5);
  await recordNotice(db, { ...OUTAGE, kind: "schema_change" }, at(0.5));
  for (const minute of [1, 2, 30]) await watchAt(minute);
  expect(types()).toEqual(["notice.happened", "notice.happened"]);
});

it("tells nobody of what was announced, nor of what happened before the last day", async () => {
  await open(-26 * 60);
  await openNotice(db, { ...OUTAGE, subject: "http", announcementId: "a" }, at(0));
  await watchAt(0);
  await close(1);
  await watchAt(1);
  expect(receiver.received).toEqual([]);
});

it.each([
  ["an error", answers(500), "answered 500"],
  ["a broken connection", BREAKS, "no connection, or it broke"],
  [
    "a redirect",
    answers(307, { location: "/elsewhere" }),
    "answered 307: redirects are not followed, write the final address",
  ],
  ["too many requests", answers(429), "answered 429"],
])("tries again after %s, later each time, under the same id", async (_, behaviour, error) => {
  receiver.behave(behaviour);
  await open(0);
  for (const minute of [0, 0.9, 1, 2.9, 3]) await watchAt(minute);
  expect(receiver.received).toHaveLength(3);
  expect(receiver.received.every(({ path }) => path === "/hook")).toBe(true);
  expect(await deliveries()).toMatchObject([{ attempts: 3, error, deliveredAt: null, nextAt: START + 7 * MINUTE }]);
  receiver.behave(TAKES);
  await watchAt(7);
  expect(new Set(ids()).size).toBe(1);
  expect(await deliveries()).toMatchObject([{ attempts: 4, error: null, deliveredAt: START + 7 * MINUTE }]);
  // The first failure is news, those after it are not; nothing that the receiver said is repeated.
  expect(logged.filter((line) => line.includes("message_failed"))).toHaveLength(1);
  expect(logged.join()).not.toMatch(/secret|127\.0\.0\.1/);
});

it("gives a receiver that hangs ten seconds, and the others their turn meanwhile", { timeout: 30_000 }, async () => {
  receiver.behave(HANGS);
  const quick = await startReceiver();
  try {
    await open(0);
    await openNotice(db, { ...OUTAGE, subject: "http" }, at(0));
    const startedAt = performance.now();
    await watchAt(0, [target(), target("quick", quick.url)]);
    const took = performance.now() - startedAt;
    expect(took).toBeGreaterThan(ATTEMPT_TIMEOUT_MILLISECONDS - 100);
    // One attempt: what else waits for the one that hangs is left to the next watch.
    expect(took).toBeLessThan(2 * ATTEMPT_TIMEOUT_MILLISECONDS);
    expect(receiver.received).toHaveLength(1);
    expect(quick.received).toHaveLength(2);
  } finally {
    await quick.close();
  }
  const failed = (await deliveries()).filter(({ target, attempts }) => target === "ops" && attempts === 1);
  expect(failed).toMatchObject([{ error: "no answer within 10 s" }]);
});

it("waits as long as the receiver asks", async () => {
  receiver.behave(answers(503, { "retry-after": "1800" }));
  await open(0);
  await watchAt(0);
  const [delivery] = await deliveries();
  // The answer came a moment after the start of this test's clock, whose seconds stand still.
  expect(delivery?.nextAt).toBe(START + 30 * MINUTE);
});

it("gives up on a receiver that refuses, and tells it nothing more of that", async () => {
  receiver.behave(answers(404));
  await open(0);
  for (let minute = 0; minute < 60; minute++) await watchAt(minute);
  expect(receiver.received).toHaveLength(5);
  expect(await states()).toEqual(["opened ops given_up 5"]);
  expect(logged.filter((line) => line.includes("message_given_up"))).toHaveLength(1);
});

it("tells the end of what was told in vain, in one message", async () => {
  receiver.behave(answers(404));
  await open(0);
  for (let minute = 0; minute < 60; minute++) await watchAt(minute);
  receiver.behave(TAKES);
  receiver.received.length = 0;
  await close(90);
  await watchAt(90);
  expect(types()).toEqual(["notice.happened"]);
});

it("tries what only happened no more than anything else", async () => {
  receiver.behave(answers(404));
  await recordNotice(db, { ...OUTAGE, kind: "schema_change" }, at(0));
  for (let minute = 0; minute < 60; minute++) await watchAt(minute);
  expect(receiver.received).toHaveLength(5);
});

it("sends one message, not a stale pair, when a thing ended while the receiver was away", async () => {
  receiver.behave(answers(500));
  await open(0);
  await watchAt(0);
  await close(5);
  receiver.behave(TAKES);
  for (const minute of [6, 7, 8, 40]) await watchAt(minute);
  expect(types()).toEqual(["notice.opened", "notice.happened"]);
  // A receiver that took the first one and could not say so still learns of the end.
  expect(new Set(ids()).size).toBe(2);
});

/** The subjects of what arrived. */
const subjects = (): string[] =>
  receiver.received.map(({ body }) => (JSON.parse(body) as { data: { subject: string } }).data.subject);
const openAt = (minute: number, subject: string): Promise<boolean> =>
  openNotice(db, { ...OUTAGE, subject }, at(minute));

it("sends what failed before as soon as the target takes something, in the order of the notices", async () => {
  receiver.behave(answers(500));
  // Each waits longer than the one before it.
  await openAt(0, "a");
  for (const minute of [0, 1, 3]) await watchAt(minute);
  await openAt(4, "b");
  await watchAt(4);
  await openAt(5, "c");
  receiver.behave(TAKES);
  receiver.received.length = 0;
  await watchAt(5);
  // "b" was due at that minute, and "a" not before minute 7.
  expect(subjects()).toEqual(["b", "a", "c"]);
  expect(await states()).toEqual(["opened ops delivered 1", "opened ops delivered 2", "opened ops delivered 4"]);
});

it("sends what is due in the order of the notices, whichever has been due longest", async () => {
  for (const subject of ["a", "b", "c"]) await openAt(0, subject);
  await deliverMessages({ ...world(), send: () => Promise.reject(new Error("killed")) }, [target()]).catch(() => null);
  // "a" was taken by somebody who died, and is due after the others were.
  await watchAt(CLAIM_MILLISECONDS / MINUTE);
  expect(subjects()).toEqual(["a", "b", "c"]);
});

it("tries a message that alone is not taken once a watch at most, and sends the others", async () => {
  receiver.behave((response, { body }) => response.writeHead(body.includes('"a"') ? 500 : 204).end());
  await openAt(0, "a");
  await watchAt(0);
  for (const subject of ["b", "c"]) await openAt(0.5, subject);
  for (const minute of [0.5, 1.5]) await watchAt(minute);
  expect(subjects()).toEqual(["a", "b", "a", "c", "a"]);
  receiver.received.length = 0;
  receiver.behave((response, { body }) => response.writeHead(body.includes('"a"') ? 404 : 204).end());
  for (const subject of ["d", "e", "f"]) await openAt(2, subject);
  await watchAt(2);
  expect(subjects()).toEqual(["d", "a", "e", "f"]);
});

it("leaves alone what another watch is sending when the target takes something", async () => {
  receiver.behave(answers(500));
  await openAt(0, "a");
  await watchAt(0);
  receiver.behave(TAKES);
  receiver.received.length = 0;
  await openAt(1, "b");
  const due = START + MINUTE;
  // Somebody has begun to send "a" again.
  expect((await claimMessage(db, "ops", due, due + CLAIM_MILLISECONDS))?.notice.subject).toBe("a");
  await watchAt(1);
  expect(subjects()).toEqual(["b"]);
});

it("sends to four targets at once, and to each one message after the other", async () => {
  const busy = new Map<string, number>();
  const most = { together: 0, alike: 0 };
  const send: DeliveryWorld["send"] = async ({ name }) => {
    busy.set(name, (busy.get(name) ?? 0) + 1);
    most.together = Math.max(
      most.together,
      [...busy.values()].reduce((sum, count) => sum + count, 0),
    );
    most.alike = Math.max(most.alike, ...busy.values());
    await new Promise((resolve) => setTimeout(resolve, 100));
    busy.set(name, (busy.get(name) ?? 0) - 1);
    return { delivered: true, status: 204, milliseconds: 100, error: null, retryAfterMilliseconds: null };
  };
  for (const subject of ["a", "b", "c"]) await openNotice(db, { ...OUTAGE, subject }, at(0));
  const targets = ["one", "two", "three", "four", "five", "six"].map((name) => target(name));
  await deliverMessages({ ...world(), send }, targets);
  expect(await listDeliveries(db, { limit: 100, after: null, state: "delivered" })).toHaveLength(18);
  expect(most).toEqual({ together: 4, alike: 1 });
});

it("begins nothing so late that it would last into the next watch", async () => {
  for (const subject of ["a", "b", "c"]) await openNotice(db, { ...OUTAGE, subject }, at(0));
  const send: DeliveryWorld["send"] = (...message) => {
    now += 25_000;
    return sendMessage(...message);
  };
  await deliverMessages({ ...world(), send }, [target()]);
  expect(receiver.received).toHaveLength(2);
  await watchAt(1);
  expect(receiver.received).toHaveLength(3);
});

it("sends nothing twice when two watches overlap", async () => {
  receiver.behave((response) => void setTimeout(() => response.writeHead(204).end(), 200));
  for (const subject of ["a", "b", "c", "d", "e"]) await openNotice(db, { ...OUTAGE, subject }, at(0));
  now = START;
  await Promise.all([1, 2, 3].map(() => deliverMessages(world(), [target()])));
  expect(receiver.received).toHaveLength(5);
  expect(new Set(ids()).size).toBe(5);
});

it("loses nothing and doubles one attempt when it dies between taking a message and sending it", async () => {
  await open(0);
  await deliverMessages({ ...world(), send: () => Promise.reject(new Error("killed")) }, [target()]).catch(() => null);
  expect(await states()).toEqual(["opened ops waiting 1"]);
  await watchAt(1);
  expect(receiver.received).toEqual([]);
  await watchAt(CLAIM_MILLISECONDS / MINUTE);
  expect(await states()).toEqual(["opened ops delivered 2"]);
});

it("does not let a message be taken by somebody else while it is being sent", async () => {
  await open(0);
  receiver.behave(answers(500));
  await watchAt(0);
  const due = START + MINUTE;
  const claims = await Promise.all([1, 2].map(() => claimMessage(db, "ops", due, due + CLAIM_MILLISECONDS)));
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
});

it("gives up what waits for a target that is no more, and goes on with the others", async () => {
  receiver.behave(answers(500));
  await open(0);
  await watchAt(0, [target(), target("old")]);
  receiver.behave(TAKES);
  await watchAt(5, [target()]);
  expect(await states()).toEqual(["opened ops delivered 2", "opened old given_up 1"]);
});

it("lists messages page by page, and by target and state", async () => {
  for (const subject of ["a", "b", "c"]) await openNotice(db, { ...OUTAGE, subject }, at(0));
  receiver.behave((response, { body }) => response.writeHead(body.includes('"b"') ? 400 : 204).end());
  await watchAt(0, [target(), target("shop")]);
  const seen: string[] = [];
  let cursor = "";
  do {
    const { body } = await runtime.call(`/v1/notices/deliveries?limit=4${cursor === "" ? "" : `&cursor=${cursor}`}`);
    seen.push(...(body.data as { subject: string; target: string }[]).map((one) => `${one.subject} ${one.target}`));
    cursor = body.next_cursor ?? "";
  } while (cursor !== "");
  expect(seen).toEqual(["c shop", "c ops", "b shop", "b ops", "a shop", "a ops"]);
  const { body } = await runtime.call("/v1/notices/deliveries?state=waiting&target=ops");
  expect(body.data).toMatchObject([
    { subject: "b", kind: "source_outage", state: "waiting", attempts: 1, error: "answered 400", delivered_at: null },
  ]);
});
