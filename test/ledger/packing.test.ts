import * as fc from "fast-check";
import { expect, it } from "vitest";

import { packByBytes } from "../../domain/ledger/packing.ts";

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).byteLength;

it("leaves whole what is within the bound, and halves what is not", () => {
  const entries = ["a".repeat(5), "é".repeat(5), "b".repeat(40), "c"];
  expect(packByBytes(entries, bytesOf(entries))).toEqual([entries]);
  expect(packByBytes(entries, bytesOf(entries) - 1)).toEqual([entries.slice(0, 2), entries.slice(2)]);
  expect(packByBytes(entries, 30)).toEqual([[entries[0], entries[1]], [entries[2]], [entries[3]]]);
  expect(packByBytes([], 30)).toEqual([]);
});

it("keeps the order, leaves nothing out, and is within the bound wherever an entry alone is", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.integer({ min: 1, max: 200 }), (entries, maxBytes) => {
      const packs = packByBytes(entries, maxBytes);
      expect(packs.flat()).toEqual(entries);
      for (const pack of packs) expect(pack.length === 1 || bytesOf(pack) <= maxBytes).toBe(true);
    }),
  );
});
