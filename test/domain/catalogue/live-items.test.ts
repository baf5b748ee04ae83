import { describe, expect, it } from "vitest";

import { Catalogue } from "../../../domain/catalogue/catalogue.ts";
import { encodeCatalogue } from "../../../domain/catalogue/encode-catalogue.ts";
import type { LiveItems } from "../../../domain/catalogue/live-items.ts";
import type { ItemRecord } from "../../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../../domain/catalogue/sales-statistics.ts";
import { catalogueOf, item } from "../../support/catalogue.ts";

const live = (...items: LiveItems["items"]): LiveItems => ({ format: 1, through: 99, items });

function snapshotThrough(pushSeq: number, items: readonly ItemRecord[]): Catalogue {
  const statistics = new SalesStatistics(items.length, () => undefined, 0);
  return new Catalogue(encodeCatalogue("test", items, statistics, "USD", pushSeq));
}

describe("a catalogue that follows what was pushed", () => {
  it("offers no sold-out and no hidden item, and offers it again", () => {
    const catalogue = catalogueOf([item("a"), item("b"), item("c")]);
    const offered = (): boolean[] => [0, 1, 2].map((place) => catalogue.isOffered(place));
    catalogue.follow(live(["a", 1, 10, 0, false], ["b", 2, 10, 5, true]));
    expect(offered()).toEqual([false, false, true]);
    catalogue.follow(live(["a", 3, 10, 5, false], ["b", 4, 10, null, false]));
    expect(offered()).toEqual([true, true, true]);
    catalogue.follow(live(["c", 5, 10, 0.5, false], ["a", 6, 10, -3, false]));
    expect(offered()).toEqual([false, true, false]);
  });

  it("ranks by the pushed price and shows it, before and after the item was shown", () => {
    const catalogue = catalogueOf([
      item("a", { price: 10, publicValues: { scale: "1:18" } }),
      item("b", { price: 20 }),
    ]);
    expect(catalogue.displayOf(0).price).toBe(10);
    catalogue.follow(live(["a", 1, 7.5, 5, false], ["b", 2, 0, 5, false]));
    expect([catalogue.price[0], catalogue.price[1]]).toEqual([7.5, 0]);
    expect(catalogue.displayOf(0)).toMatchObject({ price: 7.5, name: "Name of a", scale: "1:18" });
    expect(catalogue.displayOf(1).price).toBe(0);
    catalogue.follow(live(["a", 3, 10, 5, false]));
    expect(catalogue.displayOf(0).price).toBe(10);
  });

  it("takes nothing that the snapshot knows better, and nothing about items that it does not have", () => {
    const catalogue = snapshotThrough(5, [item("a", { price: 10 }), item("b", { price: 20 })]);
    catalogue.follow(live(["a", 5, 1, 0, true], ["b", 6, 2, 0, false], ["new", 7, 3, 3, false]));
    expect([catalogue.price[0], catalogue.price[1]]).toEqual([10, 20].with(1, 2));
    expect([catalogue.isOffered(0), catalogue.isOffered(1)]).toEqual([true, false]);
    expect(catalogue.placeOf("new")).toBeUndefined();
  });

  it("does nothing while it is the same", () => {
    const catalogue = catalogueOf([item("a")]);
    const same = live(["a", 1, 10, 0, false]);
    catalogue.follow(same);
    catalogue.stock[0] = 7;
    catalogue.follow(same);
    expect(catalogue.stock[0]).toBe(7);
  });
});
