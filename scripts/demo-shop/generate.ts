import { hash32 } from "../../domain/hash.ts";
import { createRandom } from "../random.ts";
import { makeAssortment } from "./assortment.ts";
import { makeCustomers } from "./customers.ts";
import { makeHistory } from "./history.ts";
import { PRODUCT_LINES } from "./product-lines.ts";
import { makeProducts } from "./products.ts";
import type { CustomerHistory, CustomerRow, ProductLineRow, ProductRow } from "./rows.ts";

export const DEMO_SHOP_CUSTOMERS_DEFAULT = 120;
export const DEMO_SHOP_PRODUCTS_DEFAULT = 110;
export const DEMO_SHOP_SEED_DEFAULT = 7;
/** Order numbers fit MySQL's `int` and product codes `varchar(15)` up to here. */
export const DEMO_SHOP_ROWS_MAX = 1_000_000;
const ORDER_NUMBER_FIRST = 10_001;

export interface DemoShopOptions {
  /** The same seed, sizes and `now` give the same shop, byte by byte. */
  readonly seed: number;
  /** How many customers, 1 to {@link DEMO_SHOP_ROWS_MAX}. */
  readonly customers: number;
  /** How many products, 1 to {@link DEMO_SHOP_ROWS_MAX}. */
  readonly products: number;
  /** Orders lie in the 18 months before this. */
  readonly now: Date;
}

/** A shop of scale models with a past. */
export interface DemoShop {
  readonly productlines: readonly ProductLineRow[];
  readonly products: readonly ProductRow[];
  readonly customers: readonly CustomerRow[];
  /**
   * What each customer did, in the customers' order. Made while it is iterated, since a large shop's orders do not fit
   * into memory; every iteration gives the same rows.
   */
  histories(): Iterable<CustomerHistory>;
}

function assertSize(name: string, size: number): void {
  if (!Number.isInteger(size) || size < 1 || size > DEMO_SHOP_ROWS_MAX) {
    throw new RangeError(`${name} must be a whole number from 1 to ${DEMO_SHOP_ROWS_MAX}.`);
  }
}

/**
 * Makes a shop whose customers' tastes follow from their features (see taste.ts), with noise: so that there is
 * something to learn.
 * @throws RangeError for a size out of bounds
 */
export function generateDemoShop({ seed, customers, products, now }: DemoShopOptions): DemoShop {
  assertSize("customers", customers);
  assertSize("products", products);
  // One stream of numbers a part: more customers leave the products as they are.
  const randomOf = (part: string) => createRandom(hash32(`${seed}|${part}`));
  const madeProducts = makeProducts(randomOf("products"), products);
  const madeCustomers = makeCustomers(randomOf("customers"), customers);
  const assortment = makeAssortment(madeProducts);
  return {
    productlines: PRODUCT_LINES.map(({ name, text }) => ({
      productLine: name,
      textDescription: text,
      htmlDescription: null,
      image: null,
    })),
    products: madeProducts.map(({ row }) => row),
    customers: madeCustomers.map(({ row }) => row),
    *histories() {
      let orderNumber = ORDER_NUMBER_FIRST;
      for (const customer of madeCustomers) {
        const random = randomOf(`history ${customer.row.customerNumber}`);
        const history = makeHistory(random, customer, assortment, orderNumber, now);
        orderNumber += history.orders.length;
        yield history;
      }
    },
  };
}
