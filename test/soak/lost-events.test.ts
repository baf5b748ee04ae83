import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterAll, beforeAll, expect, it } from "vitest";

import { EMPTY_SESSION, SESSION_CONFIRMED_GAP_MILLISECONDS } from "../../domain/sessions/session.ts";
import { packSession } from "../../domain/sessions/stored-session.ts";
import { findLostEvents } from "../../scripts/soak/lost-events.ts";

const AT = Date.UTC(2026, 10, 21, 12);
const ALARM = new Date(AT).toISOString();

let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "endcap-lost-events-"));
});
afterAll(() => rm(state, { recursive: true, force: true }));

async function write(className: string, file: string, ...statements: readonly string[]): Promise<void> {
  const folder = join(state, "do", `endcap-${className}`);
  await mkdir(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, `${file}.sqlite`));
  for (const statement of statements) database.exec(statement);
  database.close();
}

const objectId = (digit: string): string => digit.repeat(64);
const alarm = (at: number): string =>
  `CREATE TABLE _cf_METADATA (key INTEGER PRIMARY KEY, value); INSERT INTO _cf_METADATA VALUES (1, ${at}000000)`;
const packed = (table: string, text: string): string =>
  `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, value TEXT); INSERT INTO ${table} VALUES (1, '${text}')`;
const ids = (table: string, ...some: readonly string[]): string =>
  `CREATE TABLE ${table} (event_id TEXT PRIMARY KEY); INSERT INTO ${table} SELECT value FROM json_each('${JSON.stringify(some)}')`;
const journal = (number: number, ...some: readonly string[]): string =>
  `CREATE TABLE journal_${number} (interactions TEXT);
   INSERT INTO journal_${number} VALUES ('${JSON.stringify(some.map((event_id) => ({ event_id })))}')`;

function session(unconfirmed: readonly string[]): string {
  const events = unconfirmed.map((event_id) => ({
    event_id,
    name: "view_item",
    shopper: "u:1",
    at: AT,
    received_at: AT,
    items: [],
    params: {},
  }));
  return packSession({ ...EMPTY_SESSION, event_ids: [...unconfirmed], unconfirmed: events, offer_at: AT });
}

it("says of each lost event how far it got, and which objects hold it with which alarm", async () => {
  await write("ShopperSession", objectId("a"), packed("session", session(["offered", "open"])), alarm(AT));
  const late = AT + SESSION_CONFIRMED_GAP_MILLISECONDS;
  await write("ShopperSession", objectId("b"), packed("session", session(["let-go"])), alarm(late));
  await write("ShopperSession", objectId("c"));
  await write(
    "InteractionLedger",
    objectId("d"),
    packed("state", JSON.stringify({ active: 8, sealed: [{ number: 7 }] })),
    ids("ids_0", "done"),
    ids("ids_1", "sealed", "open", "somebody-elses"),
    ids("ids_2"),
    journal(7, "sealed"),
    journal(8, "open", "somebody-elses"),
    alarm(AT),
  );
  await write(
    "InteractionLedger",
    "metadata",
    "CREATE TABLE _cf_ALARM (actor_id TEXT PRIMARY KEY, scheduled_time INTEGER)",
  );
  const scheduled = `INSERT INTO _cf_ALARM VALUES ('${objectId("a")}', ${AT}000000)`;
  await write(
    "ShopperSession",
    "metadata",
    "CREATE TABLE _cf_ALARM (actor_id TEXT PRIMARY KEY, scheduled_time INTEGER)",
    scheduled,
  );

  const found = await findLostEvents(state, ["gone", "let-go", "offered", "done", "sealed", "open"]);
  expect(found.stages).toEqual({
    nowhere: 1,
    session_let_go: 1,
    session_offers: 1,
    ledger_done: 1,
    journal_sealed: 1,
    journal_open: 1,
  });
  expect(found.objects).toEqual([
    {
      object: "InteractionLedger dddddddd",
      stages: { ledger_done: 1, journal_sealed: 1, journal_open: 1 },
      // The ledger says that it is set, the runtime knows of none: it was lost.
      alarm: { set: ALARM, scheduled: null },
    },
    { object: "ShopperSession aaaaaaaa", stages: { session_offers: 1 }, alarm: { set: ALARM, scheduled: ALARM } },
    {
      object: "ShopperSession bbbbbbbb",
      stages: { session_let_go: 1 },
      alarm: { set: new Date(late).toISOString(), scheduled: null },
    },
  ]);
});

it("finds nothing where no object was kept", async () => {
  const none = await findLostEvents(join(state, "nothing"), ["gone"]);
  expect(none).toMatchObject({ stages: { nowhere: 1 }, objects: [] });
});
