import { createHash } from "node:crypto";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeColumns } from "../../../domain/catalogue/binary.ts";
import { CatalogueBuilder, encodeCatalogue } from "../../../domain/catalogue/encode-catalogue.ts";
import { encodeItemVectors } from "../../../domain/catalogue/item-vectors.ts";
import { ItemVectorsBuilder } from "../../../domain/catalogue/item-vectors-builder.ts";
import { PackedTexts } from "../../../domain/catalogue/packed-texts.ts";
import type { ItemRecord } from "../../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../../domain/catalogue/sales-statistics.ts";
import { item, order } from "../../support/catalogue.ts";

const ITEMS: readonly ItemRecord[] = [
  item("a", { publicValues: { scale: "1:18" } }),
  item("été", { category: "Ships", stock: null }),
  item("🚂", { hidden: true, stock: 0.5, price: 117.44 }),
];

function statistics(): SalesStatistics {
  const places = new Map(ITEMS.map((entry, place) => [entry.itemId, place]));
  const counted = new SalesStatistics(ITEMS.length, (itemId) => places.get(itemId), 0);
  counted.addOrder(order("1", ["a", "été"]), "FR");
  counted.addOrder(order("2", ["a", "🚂"]), null);
  return counted;
}

const sha256 = (bytes: ArrayBuffer): string => createHash("sha256").update(new Uint8Array(bytes)).digest("hex");

describe("a snapshot's bytes", () => {
  // Isolates open snapshots that an older version wrote, and the other way round while a deployment rolls out.
  it("stay what they were: whoever changes them changes a stored format", () => {
    expect(sha256(encodeCatalogue("golden", ITEMS, statistics(), "USD"))).toBe(
      "43b227b1964ab2477246343eff6d583ce2cad2ca1e46867cbcf59f14f62cc8a3",
    );
  });

  it("are the same whether items come one by one or all at once", () => {
    const builder = new CatalogueBuilder("USD");
    for (const entry of ITEMS) builder.add(entry);
    expect(ITEMS.map(({ itemId }) => builder.placeOf(itemId))).toEqual([0, 1, 2]);
    expect([builder.size, builder.placeOf("unknown")]).toEqual([3, undefined]);
    expect(sha256(builder.encode("golden", statistics()))).toBe(
      sha256(encodeCatalogue("golden", ITEMS, statistics(), "USD")),
    );
  });

  it("say through which push they go, where there are pushes", () => {
    const metaOf = (bytes: ArrayBuffer): unknown => decodeColumns(bytes).meta;
    expect(metaOf(encodeCatalogue("v", ITEMS, statistics(), "USD", 7))).toMatchObject({ pushSeq: 7 });
    expect(metaOf(encodeCatalogue("v", ITEMS, statistics(), "USD"))).not.toHaveProperty("pushSeq");
  });
});

describe("packed texts", () => {
  it("are cut where each began, in bytes and in units of the text", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 3_000 })), (texts) => {
        const packed = new PackedTexts();
        for (const text of texts) packed.add(text);
        const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
        const [byBytes, byUnits] = [packed.byteStarts(), packed.unitStarts()];
        const whole = decoder.decode(packed.bytes);
        texts.forEach((text, position) => {
          const [start, end] = [byBytes[position], byBytes[position + 1]];
          expect(decoder.decode(packed.bytes.subarray(start, end))).toBe(text);
          expect(whole.slice(byUnits[position], byUnits[position + 1])).toBe(text);
        });
      }),
    );
  });
});

describe("item vectors made one by one", () => {
  const embeddings = fc
    .integer({ min: 1, max: 4 })
    .chain((dimension) =>
      fc.tuple(
        fc.constant(dimension),
        fc.array(
          fc.option(
            fc.float32Array({ minLength: dimension, maxLength: dimension, noNaN: true, noDefaultInfinity: true }),
          ),
        ),
      ),
    );

  function oneByOne(dimension: number, rows: readonly (Float32Array | null)[]): string {
    const builder = new ItemVectorsBuilder(dimension);
    for (const row of rows) builder.add(row);
    return sha256(builder.encode("c", "m"));
  }

  it("have the bytes of those made at once", () => {
    fc.assert(
      fc.property(embeddings, ([dimension, rows]) => {
        expect(oneByOne(dimension, rows)).toBe(sha256(encodeItemVectors("c", "m", dimension, rows)));
      }),
    );
  });

  it("also when there are more than one allocation holds", () => {
    const rows = Array.from({ length: 4_001 }, (_, n) => (n % 5 === 0 ? null : Float32Array.of(n / 7, -n / 3)));
    expect(oneByOne(2, rows)).toBe(sha256(encodeItemVectors("c", "m", 2, rows)));
  });
});
