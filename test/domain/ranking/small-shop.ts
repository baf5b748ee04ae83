import { Catalogue } from "../../../domain/catalogue/catalogue.ts";
import { encodeCatalogue } from "../../../domain/catalogue/encode-catalogue.ts";
import type { ItemRecord } from "../../../domain/catalogue/records.ts";
import { SalesStatistics } from "../../../domain/catalogue/sales-statistics.ts";

/** A catalogue of items of which nothing but the id matters, in this order, and of which nothing was sold. */
export function smallShop(ids: readonly string[]): Catalogue {
  const items = ids.map((itemId): ItemRecord => ({
    itemId,
    name: itemId,
    category: "",
    price: 1,
    stock: null,
    hidden: false,
    image: null,
    url: null,
    publicValues: {},
    features: {},
  }));
  const places = new Map(ids.map((id, place) => [id, place]));
  const statistics = new SalesStatistics(ids.length, (id) => places.get(id), 0);
  return new Catalogue(encodeCatalogue("1", items, statistics, "USD"));
}
