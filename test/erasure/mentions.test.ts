import { describe, expect, it } from "vitest";

import { bodyWithout } from "../../domain/erasure/letter-body.ts";
import { type KnownPerson, mentions } from "../../domain/erasure/mentions.ts";
import { clientsOfMerged } from "../../domain/erasure/merged-clients.ts";
import { PersonMatcher } from "../../domain/erasure/person.ts";

const person: KnownPerson = {
  userId: "103",
  clients: new Set(["c:browser-of-theirs-000001"]),
  pseudonyms: new Set(["0123abcd"]),
  userColumns: new Set(["kunde"]),
};

describe("a record speaks of a person", () => {
  it.each<[string, unknown]>([
    ["by an id with its kind", { kind: "event", shopper: "u:103" }],
    ["by a browser's id with its kind", { shopper: "c:browser-of-theirs-000001" }],
    ["by an id under a key of a user", { event: { params: { user_id: "103" } } }],
    ["by a number under such a key", { event: { customerNumber: 103 } }],
    ["by an id under a column of the configuration", { row: { kunde: "103" } }],
    ["by a browser's id under its key", { client_id: "browser-of-theirs-000001" }],
    ["by a browser's id in a text", { page: "https://shop.example/?visitor=browser-of-theirs-000001" }],
    ["by a pseudonym", [["detail"], { user_id: "0123abcd" }]],
    ["by a pseudonym as a key", { "0123abcd": 1 }],
    ["as its own row", { entity: "users", row_key: "103", row: null }],
    ["as the row of a rating", { entity: "ratings", row_key: '["103","P1"]', row: null }],
    ["deep inside", { a: [{ b: [{ userId: "103" }] }] }],
  ])("%s", (_how, value) => expect(mentions(value, person)).toBe(true));

  it.each<[string, unknown]>([
    ["a number that is no id", { quantity: 103, price: "103" }],
    ["another user", { shopper: "u:1103", user_id: "1103" }],
    ["another user's rating", { entity: "ratings", row_key: '["1103","103"]' }],
    ["another entity's row", { entity: "orders", row_key: "103" }],
    ["a short id in a text", { note: "order 103 came" }],
  ])("not by %s", (_what, value) => expect(mentions(value, person)).toBe(false));

  it("by a long id anywhere in a text, and without end of depth", () => {
    const long = { ...person, userId: "anna@shop.example" };
    expect(mentions({ note: "mail anna@shop.example" }, long)).toBe(true);
    let deep: unknown = { user_id: "103" };
    for (let depth = 0; depth < 50_000; depth++) deep = [deep];
    expect(mentions(deep, person)).toBe(true);
  });
});

describe("a dead letter", () => {
  const interaction = (shopper: string): object => ({
    event_id: `e-${shopper}`,
    name: "view_item",
    shopper,
    at: 1,
    received_at: 1,
    items: [],
    params: {},
  });
  it("keeps others' events, and nothing where all were the person's", () => {
    const body = { format: 1, interactions: [interaction("u:103"), interaction("u:1103")] };
    expect(bodyWithout(body, person)).toEqual({
      body: { format: 1, interactions: [interaction("u:1103")] },
      removed: 1,
    });
    expect(bodyWithout({ format: 1, interactions: [interaction("u:103")] }, person)).toEqual({
      body: null,
      removed: 1,
    });
  });
  it("keeps counts, and answers as nobody's", () => {
    const counted = { format: 1, rejected: [], not_kept: { invalid_event: 2 }, sent_at: 1 };
    expect(bodyWithout(counted, person)).toEqual({ body: counted, removed: 0 });
    const answer = {
      recommendation_id: "r",
      at: 1,
      shopper: "u:103",
      placement: "home",
      model_version: null,
      arm: null,
      degraded: [],
      latency_ms: 1,
      shelves: [],
    };
    const served = { format: 1, lost: 0, answers: [answer, { ...answer, shopper: "u:7" }] };
    const left = {
      ...served,
      answers: [
        { ...answer, shopper: null },
        { ...answer, shopper: "u:7" },
      ],
    };
    expect(bodyWithout(served, person)).toEqual({ body: left, removed: 1 });
  });
  it("goes as a whole where it is not understood", () => {
    expect(bodyWithout({ poison: true, user_id: "103" }, person)).toEqual({ body: null, removed: 1 });
    expect(bodyWithout({ poison: true }, person)).toEqual({ body: { poison: true }, removed: 0 });
  });
});

it("a browser's doings are the person's in the times that were theirs, the user's always", () => {
  const matcher = new PersonMatcher({ user: "U", clients: [{ client: "C", after: 10, upto: 20 }] });
  expect([9, 10, 11, 20, 21].map((time) => matcher.isTheirs("C", [time]))).toEqual([false, false, true, true, false]);
  expect(matcher.isTheirs("C", [5, 15])).toBe(true);
  expect(matcher.isTheirs("U", [99])).toBe(true);
  expect([matcher.isTheirs(null, [15]), matcher.isTheirs("V", [15])]).toEqual([false, false]);
});

it("browsers that a session took over are named once, whatever they look like", () => {
  expect(clientsOfMerged(["a.b~c#0", "a.b~c#1", "d#"])).toEqual(["a.b~c", "d"]);
});
