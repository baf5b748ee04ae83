import { between, normal, pick, type Random, toCents } from "./draw.ts";
import { type Era, ERAS, PRODUCT_LINES, type ProductLine, VENDORS } from "./product-lines.ts";
import type { ProductRow } from "./rows.ts";

const PRICE_MIN = 10;
const PRICE_MAX = 250;
/** What an ordinary model costs, and how much less the second and third scale of a line do. */
const PRICE_TYPICAL = 92;
const PRICE_STEP_PER_SCALE = 0.55;
const PRICE_SPREAD = 0.45;
/** Of this many products one is sold out, and a few more are nearly so. */
const SOLD_OUT_ONE_IN = 28;
const NEARLY_SOLD_OUT_ONE_IN = 16;
const STOCK_MAX = 9_900;
/** Standard deviation of the logarithm of how well a product sells: a mild skew, as in a shop without hits. */
const POPULARITY_SPREAD = 0.3;
const CODE_FIRST = 1_001;

/** A product and what the generator knows of it beside its row. */
export interface MadeProduct {
  readonly row: ProductRow;
  readonly era: Era;
  /** How well it sells to people of no particular taste; 1 is ordinary. */
  readonly popularity: number;
}

function stockOf(random: Random): number {
  if (between(random, 1, SOLD_OUT_ONE_IN) === 1) return 0;
  return between(random, 1, NEARLY_SOLD_OUT_ONE_IN) === 1 ? between(random, 2, 20) : between(random, 120, STOCK_MAX);
}

function describe(random: Random, line: ProductLine, era: Era, year: number, type: string, scale: string): string {
  const { details } = line.eras[era];
  const first = pick(random, details);
  const others = details.filter((detail) => detail !== first);
  const closing = pick(random, [
    "Comes on a wooden stand with a numbered plate.",
    "Assembled and painted by hand.",
    "Delivered in a collector's box.",
    "A favourite of the workshop that made it.",
  ]);
  return `A ${scale} replica of the ${type.toLowerCase()} of ${year}, with ${first} and ${pick(random, others)}. ${closing}`;
}

function makeProduct(random: Random, position: number, names: Map<string, number>): MadeProduct {
  const line = pick(random, PRODUCT_LINES);
  // Two draws, the lower wins: a line's first scale is made most often.
  const scaleRank = Math.min(between(random, 0, 2), between(random, 0, 2));
  const scale = line.scales[scaleRank] ?? "1:18";
  const era = pick(random, ERAS);
  const [first, last] = line.eras[era].years;
  const year = between(random, first, last);
  const type = pick(random, line.eras[era].types);
  const vendor = pick(
    random,
    VENDORS.filter(({ lines }) => lines.includes(line.name)),
  );
  const plainName = `${year} ${pick(random, line.marques)} ${type}`;
  const namesakes = (names.get(plainName) ?? 0) + 1;
  names.set(plainName, namesakes);
  const price = PRICE_TYPICAL * vendor.level * PRICE_STEP_PER_SCALE ** scaleRank;
  const MSRP = toCents(Math.min(PRICE_MAX, Math.max(PRICE_MIN, price * Math.exp(PRICE_SPREAD * normal(random)))));
  return {
    era,
    popularity: Math.exp(POPULARITY_SPREAD * normal(random)),
    row: {
      productCode: `S${scale.slice(2)}_${CODE_FIRST + position}`,
      productName: namesakes === 1 ? plainName : `${plainName} No. ${namesakes}`,
      productLine: line.name,
      productScale: scale,
      productVendor: vendor.name,
      productDescription: describe(random, line, era, year, type, scale),
      quantityInStock: stockOf(random),
      buyPrice: toCents(MSRP * (0.42 + 0.2 * random())),
      MSRP,
    },
  };
}

/** `count` products, drawn from `random` alone. Names are unique; codes look like `S18_1001`. */
export function makeProducts(random: Random, count: number): MadeProduct[] {
  const names = new Map<string, number>();
  return Array.from({ length: count }, (_, position) => makeProduct(random, position, names));
}
