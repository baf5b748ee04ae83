import { expect, it } from "vitest";

import { MASKED_MAX_LENGTH } from "../../domain/quarantine/limits.ts";
import { LEFT_OUT, MASKED, maskRecord, maskText } from "../../domain/quarantine/mask.ts";
import { keyMeaning } from "../../domain/quarantine/personal-keys.ts";

const pseudonym = (id: string): string => `hash(${id.slice(0, 2)}${id.length})`;

function masked(payload: unknown, detail = "", idFields: readonly string[] = []): { detail: string; payload: unknown } {
  return maskRecord({ detail, payload, idFields }, pseudonym);
}

it.each([
  ["user_id", "user"],
  ["clientId", "client"],
  ["customerNumber", "user"],
  ["shopper", "id"],
  ["contactFirstName", "personal"],
  ["contact_last_name", "personal"],
  ["customerName", "personal"],
  ["phone2", "personal"],
  ["addressLine1", "personal"],
  ["postalCode", "personal"],
  ["ipAddress", "personal"],
  ["IP", "personal"],
  ["EMAIL", "personal"],
  ["dateOfBirth", "personal"],
  ["billing_name", "personal"],
  ["name", "other"],
  ["productName", "other"],
  ["item_id", "other"],
  ["quantity", "other"],
  ["page", "other"],
  ["shipped", "other"],
  ["toString", "other"],
])("takes the value of %s for %s", (key, meaning) => {
  expect(keyMeaning(key)).toBe(meaning);
});

it("shows ids as pseudonyms, hides what is personal by its key, and leaves the rest readable", () => {
  const { payload } = masked({
    shopper: "u:489",
    user_id: 489,
    event: { name: "view_item", params: { items: [{ item_id: "S18_2238", price: 117.44 }], email: "a@b.example" } },
    address: { city: "Nantes", lines: ["Rue 1"] },
  });
  expect(payload).toEqual({
    shopper: "hash(u:5)",
    user_id: "hash(u:5)",
    event: { name: "view_item", params: { items: [{ item_id: "S18_2238", price: 117.44 }], email: MASKED } },
    address: { city: MASKED, lines: [MASKED] },
  });
});

it("takes keys for ids of people that the caller names, and hides those ids where the detail quotes them", () => {
  const long = "k".repeat(100);
  const cut = masked({ kunde: long }, `There is no user "${long.slice(0, 80)}…".`, ["kunde"]);
  expect(cut.detail).toBe('There is no user "hash(u:102)".');
  const { payload, detail } = masked({ kunde: "489 " }, 'There is no user "489", and no item "S18".', ["kunde"]);
  expect(payload).toEqual({ kunde: "hash(u:6)" });
  expect(detail).toBe('There is no user "hash(u:6)", and no item "S18".');
});

it("hides an id that the payload names wherever else it stands", () => {
  const payload = { note: "before", shopper: "u:anna-of-nantes", uid: "anna-of-nantes", text: "by anna-of-nantes" };
  const { payload: shown, detail } = masked(payload, "u:anna-of-nantes is away");
  expect(shown).toEqual({ note: "before", shopper: "hash(u:16)", uid: "hash(u:16)", text: "by hash(u:16)" });
  expect(detail).toBe("hash(u:16) is away");
});

it.each([
  ["write to anna.b@shop.example now", `write to ${MASKED} now`],
  ["?mail=anna%40shop.example&x=1", `?mail=${MASKED}&x=1`],
  ["call +33 6 12 34 56 78", `call ${MASKED}`],
  ["call (040) 123-4567", `call ${MASKED}`],
  ["call 0170 1234567", `call ${MASKED}`],
  ["call 555-123-4567", `call ${MASKED}`],
  ["from 192.168.17.4", `from ${MASKED}`],
  ["2026-11-21T10:00:00.000Z", "2026-11-21T10:00:00.000Z"],
  ["S18_2238, 117.44, 1763719200000, 10-20", "S18_2238, 117.44, 1763719200000, 10-20"],
])("masks %j as %j", (text, expected) => {
  expect(maskText(text, 100)).toBe(expected);
});

it("never shows half an address where a text is cut", () => {
  const address = "somebody@long.example";
  for (let before = 0; before < 60; before++) {
    expect(maskText(`${"x".repeat(before)} ${address} ${"y".repeat(60)}`, 20)).not.toContain("somebody");
  }
});

it("stays small and shallow, whatever comes", () => {
  let deep: unknown = "end";
  for (let level = 0; level < 100; level++) deep = { deeper: deep };
  expect(JSON.stringify(masked(deep).payload)).toContain(LEFT_OUT);
  const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`key${n}`, "v".repeat(400)]));
  const text = JSON.stringify(masked([wide, wide, wide]).payload);
  expect(text.length).toBeLessThan(2 * MASKED_MAX_LENGTH);
  expect(masked(JSON.parse('{"__proto__": {"email": "a@b.example"}}')).payload).toEqual(
    JSON.parse(`{"__proto__": {"email": "${MASKED}"}}`),
  );
});
