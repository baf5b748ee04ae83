import { cumulate, drawIndex, type Random } from "./draw.ts";
import type { MadeProduct } from "./products.ts";
import type { Era } from "./product-lines.ts";

/** Upper ends of the price bands in which a taste for prices is felt; the last band is open. */
const PRICE_BAND_ENDS = [30, 50, 80, 120, 170] as const;

/** Everything about a product that a taste can depend on. */
export interface Kind {
  readonly line: string;
  readonly era: Era;
  readonly scale: string;
  readonly vendor: string;
  /** Geometric mean of the prices of the kind's products. */
  readonly price: number;
  /** Sum of its products' popularity. */
  readonly popularity: number;
  readonly products: readonly MadeProduct[];
  readonly totals: Float64Array;
}

/**
 * The shop's products, sorted into kinds. A customer's taste is a weight for each kind, of which there are at most
 * some thousands: so that drawing from 100,000 products costs no more than drawing from a hundred.
 */
export interface Assortment {
  readonly kinds: readonly Kind[];
  /** Line and scale → positions of kinds: what goes together in one order. */
  readonly families: ReadonlyMap<string, readonly number[]>;
  readonly popularityTotals: Float64Array;
}

/** The family of a kind: models of one line in one scale stand on one shelf. */
export function familyOf(kind: Pick<Kind, "line" | "scale">): string {
  return `${kind.line} ${kind.scale}`;
}

function priceBand(price: number): number {
  const band = PRICE_BAND_ENDS.findIndex((end) => price < end);
  return band === -1 ? PRICE_BAND_ENDS.length : band;
}

function makeKind(products: readonly [MadeProduct, ...MadeProduct[]]): Kind {
  const [{ row, era }] = products;
  const totals = cumulate(products.map(({ popularity }) => popularity));
  const logarithms = products.reduce((sum, product) => sum + Math.log(product.row.MSRP), 0);
  return {
    line: row.productLine,
    era,
    scale: row.productScale,
    vendor: row.productVendor,
    price: Math.exp(logarithms / products.length),
    popularity: totals.at(-1) ?? 0,
    products,
    totals,
  };
}

/** Sorts `products` into kinds and families. */
export function makeAssortment(products: readonly MadeProduct[]): Assortment {
  const byKind = new Map<string, [MadeProduct, ...MadeProduct[]]>();
  for (const product of products) {
    const { row, era } = product;
    const key = [row.productLine, era, row.productScale, row.productVendor, priceBand(row.MSRP)].join("|");
    const kind = byKind.get(key);
    if (kind === undefined) byKind.set(key, [product]);
    else kind.push(product);
  }
  const kinds = Array.from(byKind.values(), makeKind);
  const families = new Map<string, number[]>();
  for (const [position, kind] of kinds.entries()) {
    const family = families.get(familyOf(kind));
    if (family === undefined) families.set(familyOf(kind), [position]);
    else family.push(position);
  }
  return { kinds, families, popularityTotals: cumulate(kinds.map(({ popularity }) => popularity)) };
}

/** A product of `kind`, the popular ones more often. */
export function drawProduct(random: Random, kind: Kind): MadeProduct {
  const product = kind.products[drawIndex(random, kind.totals)];
  if (product === undefined) throw new RangeError("A kind has at least one product.");
  return product;
}
