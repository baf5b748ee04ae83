import * as fc from "fast-check";
import { expect, it } from "vitest";

import { makeRecommendationId, RANDOM_BYTES } from "../../domain/attribution/recommendation-id.ts";
import type { AnsweredUser } from "../../scripts/recommend/batch-answer.ts";
import { type CsvRecord, readRecords } from "../../scripts/recommend/read-records.ts";
import { HEADER, rowsOf } from "../../scripts/recommend/rows.ts";
import { findWrittenUsers } from "../../scripts/recommend/written-users.ts";

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

// Names that a shop may have: quotes, commas, line ends, other scripts, half of what a formula needs.
const text = fc.oneof(
  fc.constantFrom('1/4" scale, red', "two\nlines", "écran\r\n✓", '""', "=1+1", ""),
  fc.string({ maxLength: 8 }),
);
const userId = fc.stringMatching(/^[ -~é]{1,6}$/);

function answerOf(user_id: string, names: readonly string[], randomness: Uint8Array): AnsweredUser {
  const items = names.map((name, n) => ({
    item_id: `S${n}`,
    score: 0.5,
    reason: { code: "popular", text: name },
    item: { name, price: 12.5, currency: "USD", url: null },
  }));
  const shelves = [
    { strategy: "profile", items: items.slice(0, 2) },
    { strategy: "trending", items: items.slice(2) },
  ];
  const facts = {
    placement: "home",
    modelVersion: null,
    arm: null,
    shelves: shelves.map((shelf) => ({ strategy: shelf.strategy, itemIds: shelf.items.map((item) => item.item_id) })),
  };
  return { user_id, recommendation_id: makeRecommendationId(facts, randomness), placement: "home", shelves };
}

const answers = fc.uniqueArray(
  fc
    .record({
      user: userId,
      names: fc.array(text, { minLength: 1, maxLength: 5 }),
      randomness: fc.uint8Array({ minLength: RANDOM_BYTES, maxLength: RANDOM_BYTES }),
    })
    .map(({ user, names, randomness }) => answerOf(user, names, randomness)),
  { selector: ({ user_id }) => user_id, maxLength: 6 },
);

it("a list that ends anywhere is cut back to its last whole user, however it is read", async () => {
  await fc.assert(
    fc.asyncProperty(answers, fc.nat(), fc.integer({ min: 1, max: 64 }), async (given, at, size) => {
      const ends = [Buffer.byteLength(HEADER)];
      let list = HEADER;
      for (const answer of given) {
        list += rowsOf(answer).join("");
        ends.push(Buffer.byteLength(list));
      }
      const bytes = Buffer.from(list);
      const cut = at % (bytes.length + 1);
      const whole = ends.filter((end) => end <= cut).length - 1;
      const found = await findWrittenUsers("list.csv", inChunks(bytes.subarray(0, cut), size));
      expect(found.bytes).toBe(ends[whole] ?? 0);
      expect([...found.users]).toEqual(given.slice(0, Math.max(0, whole)).map(({ user_id }) => user_id));
    }),
    { numRuns: 300 },
  );
});

it("records are the same whatever pieces they come in", async () => {
  const bytes = Buffer.from('a,b\n"x\ny",2\r\n"he said ""\n""",é\nrest');
  for (let size = 1; size <= bytes.length; size++) {
    const records: CsvRecord[] = [];
    for await (const record of readRecords(inChunks(bytes, size))) records.push(record);
    expect(records.map((record) => record.text)).toEqual(["a,b\n", '"x\ny",2\r\n', '"he said ""\n""",é\n', "rest"]);
    expect(records.map((record) => record.isWhole)).toEqual([true, true, true, false]);
    expect(records.at(-1)?.end).toBe(bytes.length);
  }
});

it("tells what is no list by itself", async () => {
  const read = (list: string) => findWrittenUsers("list.csv", inChunks(Buffer.from(list), 16));
  await expect(read("user_id,item_id\n")).rejects.toThrow("list.csv exists and is no list of recommendations.");
  await expect(read("user_id;")).rejects.toThrow("is no list");
  await expect(read(`${HEADER}1,"home"x,\n`)).rejects.toThrow("holds a line that is no recommendation");
  expect(await read("")).toEqual({ users: new Set(), bytes: 0, placement: null });
});
