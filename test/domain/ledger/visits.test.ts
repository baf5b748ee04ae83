import { expect, it } from "vitest";

import type { Interaction } from "../../../domain/events/interaction.ts";
import { countVisits, visitsOf, weekOf } from "../../../domain/ledger/visits.ts";

const DAY = 24 * 60 * 60 * 1000;
const MONDAY = Date.UTC(2026, 10, 16);

function came(shopper: string, received_at: number, rest: Partial<Interaction> = {}): Interaction {
  return { event_id: "e", name: "view_item", shopper, at: received_at, received_at, items: [], params: {}, ...rest };
}

it.each([
  ["its first millisecond", MONDAY, MONDAY],
  ["its last one", MONDAY + 7 * DAY - 1, MONDAY],
  ["the one before", MONDAY - 1, MONDAY - 7 * DAY],
  ["the first days of 1970, which had no Monday before", 0, -3 * DAY],
])("a week begins on Monday: %s", (_, at, week) => {
  expect(weekOf(at)).toBe(week);
});

it("a visit is of who came in a week, once; orders, sign-ins and one-off ids are none", () => {
  const visits = visitsOf([
    came("u:1", MONDAY + 7 * DAY),
    came("u:1", MONDAY + 1),
    came("u:1", MONDAY + 2),
    came("c:1", MONDAY + 3),
    came("x:1", MONDAY),
    came("u:2", MONDAY, { name: "purchase", params: { transaction_id: "t" } }),
    came("u:3", MONDAY, { name: "sign_in", params: { client: "c:9" } }),
  ]);
  expect(visits).toEqual([
    { shopper: "u:1", week: MONDAY },
    { shopper: "c:1", week: MONDAY },
    { shopper: "u:1", week: MONDAY + 7 * DAY },
  ]);
});

it("who never came is new, who came in an earlier week returns, who came this week is counted already", () => {
  const visits = [
    { shopper: "u:new", week: MONDAY },
    { shopper: "u:back", week: MONDAY },
    { shopper: "c:new", week: MONDAY },
    { shopper: "u:here", week: MONDAY },
    { shopper: "u:ahead", week: MONDAY },
    { shopper: "u:new", week: MONDAY + 7 * DAY },
  ];
  const last = new Map([
    ["u:back", MONDAY - 70 * DAY],
    ["u:here", MONDAY],
    ["u:ahead", MONDAY + 7 * DAY],
  ]);
  expect(countVisits(visits, last)).toEqual([
    { week: MONDAY, kind: "user", new_shoppers: 1, returning_shoppers: 1 },
    { week: MONDAY, kind: "client", new_shoppers: 1, returning_shoppers: 0 },
    { week: MONDAY + 7 * DAY, kind: "user", new_shoppers: 0, returning_shoppers: 1 },
  ]);
});
