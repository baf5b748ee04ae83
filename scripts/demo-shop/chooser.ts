import { type Assortment, drawProduct, familyOf } from "./assortment.ts";
import { cumulate, drawIndex, type Random } from "./draw.ts";
import type { MadeProduct } from "./products.ts";
import type { Taste } from "./taste.ts";

/** A product with the kind that it was drawn from. */
export interface Choice {
  readonly product: MadeProduct;
  readonly kind: number;
}

/** Draws products as one customer would choose them. */
export class Chooser {
  readonly #random: Random;
  readonly #assortment: Assortment;
  readonly #taste: Taste;

  constructor(random: Random, assortment: Assortment, taste: Taste) {
    this.#random = random;
    this.#assortment = assortment;
    this.#taste = taste;
  }

  #ofKind(kind: number): Choice {
    const found = this.#assortment.kinds[kind];
    if (found === undefined) throw new RangeError("An assortment has at least one kind.");
    return { product: drawProduct(this.#random, found), kind };
  }

  /** Whatever the customer likes. */
  byTaste(): Choice {
    return this.#ofKind(drawIndex(this.#random, this.#taste.totals));
  }

  /** Whatever sells, as a gift is chosen. */
  byChance(): Choice {
    return this.#ofKind(drawIndex(this.#random, this.#assortment.popularityTotals));
  }

  /** Something that goes with `choice`: of the same line and scale, still by taste. */
  beside({ product: { row } }: Choice): Choice {
    const family = this.#assortment.families.get(familyOf({ line: row.productLine, scale: row.productScale })) ?? [];
    const totals = cumulate(family.map((kind) => this.#taste.weights[kind] ?? 0));
    return this.#ofKind(family[drawIndex(this.#random, totals)] ?? 0);
  }
}
