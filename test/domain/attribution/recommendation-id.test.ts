import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeBase64Url, encodeBase64Url } from "../../../domain/attribution/base64url.ts";
import {
  type AnswerFacts,
  makeRecommendationId,
  RANDOM_BYTES,
  shortRecommendationId,
  shownFacts,
  shownItemCount,
} from "../../../domain/attribution/recommendation-id.ts";
import { parseEventParams } from "../../../domain/events/event-params.ts";
import { RECOMMENDATION_ID_MAX_LENGTH } from "../../../domain/events/limits.ts";

const random = Uint8Array.from({ length: RANDOM_BYTES }, (_, n) => n * 7 + 1);
const answer: AnswerFacts = {
  placement: "home",
  modelVersion: "2026-11-21.a",
  arm: null,
  shelves: [
    { strategy: "similar", itemIds: ["S18_2238", "S24_2887"] },
    { strategy: "trending", itemIds: ["S10_1678", "écran ✓"] },
  ],
};

describe("a recommendation id", () => {
  it("says of each item of the answer what it was shown as", () => {
    const id = makeRecommendationId(answer, random);
    expect(shownFacts(id, "S24_2887")).toEqual({
      placement: "home",
      modelVersion: "2026-11-21.a",
      arm: "",
      strategy: "similar",
      rank: 2,
    });
    expect(shownFacts(id, "écran ✓")).toMatchObject({ strategy: "trending", rank: 2 });
    expect(shownFacts(id, "S18_9999")).toBeNull();
  });

  it("says how many items the answer had", () => {
    const id = makeRecommendationId(answer, random);
    expect(shownItemCount(id)).toBe(4);
    expect(shownItemCount(makeRecommendationId({ ...answer, shelves: [] }, random))).toBe(0);
    expect(shownItemCount(id.slice(0, -3))).toBeNull();
    expect(shownItemCount("0192f1c8-7a2e-7e3b-9d1f-4f6f2b8c9d10")).toBeNull();
  });

  it("is url-safe, begins with 16 random characters, and is another one with other randomness", () => {
    const id = makeRecommendationId(answer, random);
    expect(id).toMatch(/^[\w-]{16}\.[\w-]+$/);
    expect(shortRecommendationId(id)).toBe(Buffer.from(random).toString("base64url"));
    expect(
      makeRecommendationId(
        answer,
        random.map((byte) => byte + 1),
      ),
    ).not.toBe(id);
  });

  it("fits an event with 150 items and the longest names that are kept whole", () => {
    const long = "x".repeat(300);
    const shelves = ["similar", "together", "a strategy of later"].map((strategy, shelf) => ({
      strategy,
      itemIds: Array.from({ length: 50 }, (_, n) => `item-${shelf}-${n}-${long}`),
    }));
    const id = makeRecommendationId({ placement: long, modelVersion: long, arm: long, shelves }, random);
    expect(id.length).toBeLessThanOrEqual(RECOMMENDATION_ID_MAX_LENGTH);
    expect(shownFacts(id, `item-2-49-${long}`)).toMatchObject({
      arm: "x".repeat(64),
      strategy: "a strategy of later",
      rank: 50,
    });
  });

  it("is taken with an event as long as it can be, and no longer", () => {
    const take = (length: number) =>
      parseEventParams({ recommendation_id: "x".repeat(length) }, { items: "optional", texts: [], rating: false });
    expect(take(RECOMMENDATION_ID_MAX_LENGTH).ok).toBe(true);
    expect(take(RECOMMENDATION_ID_MAX_LENGTH + 1)).toMatchObject({ ok: false, error: { kind: "invalid_params" } });
  });

  it("cuts a long name between two characters", () => {
    const id = makeRecommendationId({ ...answer, arm: `${"x".repeat(63)}é` }, random);
    expect(shownFacts(id, "S18_2238")?.arm).toBe("x".repeat(63));
  });

  it("is not ours when it breaks off or goes on", () => {
    const id = makeRecommendationId(answer, random);
    for (let length = 0; length < id.length; length++) expect(shownFacts(id.slice(0, length), "écran ✓")).toBeNull();
    expect(shownFacts(`${id}A`, "écran ✓")).toBeNull();
  });

  it("of another form is its own short form", () => {
    expect(shortRecommendationId("8f14e45f-ceea-467f-a8d2-d3c2b4f7a3de")).toBe("8f14e45f-ceea-467f-a8d2-d3c2b4f7a3de");
    expect(shownFacts("8f14e45f-ceea-467f-a8d2-d3c2b4f7a3de", "S18_2238")).toBeNull();
  });
});

const text = fc.string({ unit: "binary", maxLength: 20 }).filter((some) => some.isWellFormed());
const facts = fc.record({
  placement: text.filter((some) => new TextEncoder().encode(some).byteLength <= 64),
  modelVersion: fc.option(fc.stringMatching(/^[a-z0-9.-]{1,32}$/)),
  arm: fc.option(fc.stringMatching(/^[\w-]{1,32}$/)),
  shelves: fc.array(
    fc.record({
      strategy: fc.constantFrom("similar", "together", "profile", "trending", "popular", "", "new"),
      itemIds: fc.array(fc.string({ minLength: 1 }), { maxLength: 50 }),
    }),
    { maxLength: 4 },
  ),
});
const randomBytes = fc.uint8Array({ minLength: RANDOM_BYTES, maxLength: RANDOM_BYTES });

it("every item of every answer comes back with its place, or rarely with that of an earlier item of the same bits", () => {
  fc.assert(
    fc.property(facts, randomBytes, (given, bytes) => {
      const id = makeRecommendationId(given, bytes);
      const { placement } = given;
      const answered = { placement, modelVersion: given.modelVersion ?? "", arm: given.arm ?? "" };
      const places = given.shelves.flatMap(({ strategy, itemIds }) =>
        itemIds.map((itemId, position) => ({ itemId, shown: { ...answered, strategy, rank: position + 1 } })),
      );
      places.forEach(({ itemId }, position) => {
        expect(places.slice(0, position + 1).map(({ shown }) => shown)).toContainEqual(shownFacts(id, itemId));
      });
    }),
  );
});

it("of 30,000 items fewer than one in a thousand is taken for another, of 30,000 strangers too", () => {
  let misplaced = 0;
  let taken = 0;
  for (let n = 0; n < 1_000; n++) {
    const itemIds = Array.from({ length: 30 }, (_, place) => `item-${n * 30 + place}`);
    const bytes = Uint8Array.from({ length: RANDOM_BYTES }, (_, place) => (n >>> place) & 0xff);
    const id = makeRecommendationId({ ...answer, shelves: [{ strategy: "similar", itemIds }] }, bytes);
    misplaced += itemIds.filter((itemId, place) => shownFacts(id, itemId)?.rank !== place + 1).length;
    taken += itemIds.filter((itemId) => shownFacts(id, `stranger-${itemId}`) !== null).length;
  }
  expect(misplaced).toBeLessThan(30);
  expect(taken).toBeLessThan(30);
});

it("any text is read without a failure", () => {
  const payloads = fc
    .uint8Array({ maxLength: 200 })
    .map((bytes) => `${"A".repeat(16)}.${Buffer.from(bytes).toString("base64url")}`);
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), payloads), fc.string(), (id, itemId) => {
      const shown = shownFacts(id, itemId);
      if (shown !== null) expect(shown.rank).toBeGreaterThan(0);
      expect(typeof shortRecommendationId(id)).toBe("string");
    }),
  );
});

it("its alphabet is that of RFC 4648, and each row of bytes has one text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const encoded = encodeBase64Url(bytes);
      expect(encoded).toBe(Buffer.from(bytes).toString("base64url"));
      expect(decodeBase64Url(encoded)).toEqual(bytes);
    }),
  );
  expect(["A", "AB", "A=", "A+==", "é"].map(decodeBase64Url)).toEqual([null, null, null, null, null]);
});
