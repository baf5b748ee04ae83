import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeColumns, encodeColumns } from "../../../domain/catalogue/binary.ts";
import { Catalogue } from "../../../domain/catalogue/catalogue.ts";
import { dotWithItem, meanVector } from "../../../domain/catalogue/item-vectors.ts";
import { hashedItemKey } from "../../../domain/models/vector-id.ts";
import { catalogueOf, item, order, vectorsOf } from "../../support/catalogue.ts";

const DAY = 24 * 60 * 60 * 1000;

describe("the column container", () => {
  it("gives back every column and the header, whatever their lengths", () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.float64Array(),
        fc.int32Array(),
        fc.jsonValue(),
        (bytes, doubles, integers, meta) => {
          const reader = decodeColumns(encodeColumns(meta, { bytes, doubles, integers }));
          expect(reader.column("bytes", "u8")).toEqual(bytes);
          expect(reader.column("doubles", "f64")).toEqual(doubles);
          expect(reader.column("integers", "i32")).toEqual(integers);
          expect(JSON.stringify(reader.meta)).toBe(JSON.stringify(meta));
        },
      ),
    );
  });

  it("refuses what was cut short, what is something else, and a column of another type", () => {
    const buffer = encodeColumns({}, { numbers: new Float64Array([1, 2, 3]) });
    expect(() => decodeColumns(buffer.slice(0, buffer.byteLength - 8)).column("numbers", "f64")).toThrow(/cut short/);
    expect(() => decodeColumns(new ArrayBuffer(4))).toThrow(/Not a column container/);
    expect(() => decodeColumns(new Uint32Array([1, 2, 3]).buffer)).toThrow(/Not a column container/);
    expect(() => decodeColumns(buffer).column("numbers", "u8")).toThrow(/no column numbers of type u8/);
  });
});

describe("a catalogue", () => {
  it("finds items by id, whatever characters the ids hold", () => {
    const ids = ["S18_2238", "été", "模型", "a~b", "🚂 1", "x".repeat(100)];
    const catalogue = catalogueOf(ids.map((id) => item(id)));
    ids.forEach((id, place) => {
      expect(catalogue.placeOf(id)).toBe(place);
      expect(catalogue.idOf(place)).toBe(id);
    });
    expect(catalogue.placeOf("unknown")).toBeUndefined();
    expect(() => catalogue.idOf(99)).toThrow(RangeError);
  });

  it("finds an item by the hash that stands for its id in the vector index", () => {
    const long = "x".repeat(100);
    const catalogue = catalogueOf([item("short"), item(long)]);
    expect(catalogue.placeOfVector(hashedItemKey(long))).toBe(1);
    expect(catalogue.placeOfVector("short")).toBe(0);
    expect(catalogue.placeOfVector("#0000")).toBeUndefined();
  });

  it("shows exactly the public columns", () => {
    const catalogue = catalogueOf([
      item("a", { price: 117.44, publicValues: { productScale: "1:18" }, features: { buyPrice: 3 }, image: "/a.svg" }),
    ]);
    expect(catalogue.displayOf(0)).toEqual({
      name: "Name of a",
      price: 117.44,
      currency: "USD",
      category: "Cars",
      image: "/a.svg",
      url: null,
      productScale: "1:18",
    });
  });

  it("offers neither hidden nor sold-out items, and everything of which no stock is kept", () => {
    const catalogue = catalogueOf([
      item("ok"),
      item("hidden", { hidden: true }),
      item("none", { stock: 0 }),
      item("untracked", { stock: null }),
    ]);
    expect([0, 1, 2, 3].map((place) => catalogue.isOffered(place))).toEqual([true, false, false, true]);
  });

  it("is empty when the shop is", () => {
    const catalogue = catalogueOf([]);
    expect(catalogue.size).toBe(0);
    expect(catalogue.popular.items).toHaveLength(0);
  });

  it("refuses bytes that are no catalogue", () => {
    expect(() => new Catalogue(encodeColumns({}, {}))).toThrow(/no column/);
  });
});

describe("sales statistics", () => {
  it("count newer orders for more, and cancelled ones not at all", () => {
    const catalogue = catalogueOf(
      [item("old"), item("new"), item("cancelled")],
      [
        { order: order("1", ["old"], { orderedAt: 0 }), country: null },
        { order: order("2", ["new"], { orderedAt: 365 * DAY }), country: null },
        { order: order("3", ["cancelled"], { orderedAt: 365 * DAY, cancelled: true }), country: null },
      ],
    );
    expect(catalogue.idOf(catalogue.popular.items[0] ?? -1)).toBe("new");
    expect(catalogue.popularity[1]).toBe(1);
    expect(catalogue.popularity[0]).toBeCloseTo(2 ** (-365 / 90), 5);
    expect(catalogue.popularity[2]).toBe(0);
  });

  it("find an old data set's trend: the clock is the newest order", () => {
    const catalogue = catalogueOf(
      [item("classic"), item("hit")],
      [
        ...Array.from({ length: 9 }, (_, n) => ({
          order: order(`c${n}`, ["classic"], { orderedAt: 100 * DAY }),
          country: null,
        })),
        { order: order("h", ["hit"], { orderedAt: 200 * DAY }), country: null },
      ],
    );
    expect(catalogue.idOf(catalogue.popular.items[0] ?? -1)).toBe("classic");
    expect(catalogue.idOf(catalogue.trending.items[0] ?? -1)).toBe("hit");
  });

  it("keep a country's own list, with the whole shop's taste where the country says little", () => {
    const orders = [
      ...Array.from({ length: 50 }, (_, n) => ({ order: order(`g${n}`, ["everywhere"]), country: "DE" })),
      ...Array.from({ length: 30 }, (_, n) => ({ order: order(`f${n}`, ["french"]), country: "FR" })),
    ];
    const catalogue = catalogueOf([item("everywhere"), item("french")], orders);
    const first = (country: string): string => catalogue.idOf(catalogue.popularIn(country)?.items[0] ?? -1);
    expect(first("FR")).toBe("french");
    expect(first("DE")).toBe("everywhere");
    expect(catalogue.popularIn("JP")).toBeNull();
  });

  it("pair what is bought together, and trust many sightings more than one", () => {
    const orders = [
      ...Array.from({ length: 5 }, (_, n) => ({ order: order(`p${n}`, ["a", "b"]), country: null })),
      { order: order("q", ["c", "d"]), country: null },
    ];
    const catalogue = catalogueOf([item("a"), item("b"), item("c"), item("d")], orders);
    expect([...catalogue.togetherWith(0).items]).toEqual([1]);
    expect([...catalogue.togetherWith(2).items]).toEqual([3]);
    // Both pairs are always together; five sightings count 5/7, one counts 1/3.
    expect(catalogue.togetherWith(0).weights[0]).toBeCloseTo(5 / 7, 5);
    expect(catalogue.togetherWith(2).weights[0]).toBeCloseTo(1 / 3, 5);
  });

  it("count an item once an order, however many lines name it", () => {
    const catalogue = catalogueOf([item("a"), item("b")], [{ order: order("1", ["a", "a", "b"]), country: null }]);
    expect(catalogue.popularity[0]).toBe(catalogue.popularity[1]);
    expect([...catalogue.togetherWith(0).items]).toEqual([1]);
  });
});

describe("item vectors", () => {
  it("keep dot products to within a byte's precision", () => {
    const vectors = vectorsOf([[0.6, 0.8], [1, 0], null]);
    const query = Float32Array.from([0.8, 0.6]);
    expect(dotWithItem(vectors, query, 0)).toBeCloseTo(0.96, 1);
    expect(dotWithItem(vectors, query, 1)).toBeCloseTo(0.8, 1);
    expect(dotWithItem(vectors, query, 2)).toBe(0);
  });

  it("have a mean that points between what was liked and away from what was not", () => {
    const vectors = vectorsOf([[1, 0], [0, 1], null]);
    const liked = meanVector(vectors, [
      { place: 0, weight: 1 },
      { place: 1, weight: -1 },
    ]);
    expect(liked?.[0]).toBeGreaterThan(0.7);
    expect(liked?.[1]).toBeLessThan(-0.7);
    expect(meanVector(vectors, [{ place: 2, weight: 1 }])).toBeNull();
    expect(meanVector(vectors, [])).toBeNull();
  });
});
