import type { Assortment } from "./assortment.ts";
import { type Choice, Chooser } from "./chooser.ts";
import type { MadeCustomer } from "./customers.ts";
import { between, normal, pick, type Random, toCents } from "./draw.ts";
import type { CustomerHistory, OrderDetailRow, OrderRow, RatingRow } from "./rows.ts";
import { type Taste, tasteOf } from "./taste.ts";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Orders and ratings lie in this time before `now`. */
const HISTORY_DAYS = 548;
const ORDERS_TYPICAL = 17;
const ORDERS_MAX = 60;
const ORDERS_SPREAD = 0.4;
const LINES_MAX = 8;
const ANOTHER_LINE_PROBABILITY = 0.72;
/** A line orders again what the customer has had before … */
const REORDER_PROBABILITY = 0.35;
/** … or what stands beside the order's first product (same line, same scale). */
const SAME_FAMILY_PROBABILITY = 0.4;
const RATED_PURCHASES_MAX = 12;
const RATED_BY_TASTE = 5;
/** Things bought as a gift or out of curiosity: most of the low ratings. */
const RATED_BY_CHANCE = 4;
const RATING_MEAN = 3.1;
const RATING_OF_LIKING = 0.85;
const RATING_NOISE = 0.6;
const CANCELLED_ONE_IN = 30;
const DISPUTED_ONE_IN = 60;
const COMMENTS = [
  "Please pack each model on its own.",
  "Deliver to the side entrance.",
  "Call before delivery.",
  "Customer asked for one invoice for the quarter.",
] as const;
const COMMENT_ONE_IN = 12;

/** Times of day like an office's: 8:00 to 19:59 UTC, and never after `now`. */
function orderTimes(random: Random, now: Date): Date[] {
  const count = Math.min(
    ORDERS_MAX,
    Math.max(2, Math.round(ORDERS_TYPICAL * Math.exp(ORDERS_SPREAD * normal(random)))),
  );
  const today = Math.floor(now.getTime() / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  const times = Array.from({ length: count }, () => {
    const secondOfDay = between(random, 8 * 3_600, 20 * 3_600 - 1);
    return today - between(random, 1, HISTORY_DAYS) * DAY_MILLISECONDS + secondOfDay * 1_000;
  });
  return times.sort((left, right) => left - right).map((time) => new Date(time));
}

function later(random: Random, time: Date, daysLeast: number, daysMost: number): Date {
  const hours = between(random, daysLeast * 24, daysMost * 24);
  return new Date(time.getTime() + hours * 3_600_000 + between(random, 0, 3_599) * 1_000);
}

function makeOrder(random: Random, orderNumber: number, customerNumber: number, orderDate: Date, now: Date): OrderRow {
  const requiredDate = later(random, orderDate, 7, 11);
  const shipping = later(random, orderDate, 1, 5);
  const cancelled = between(random, 1, CANCELLED_ONE_IN) === 1;
  const disputed = between(random, 1, DISPUTED_ONE_IN) === 1;
  const shipped = !cancelled && shipping <= now;
  return {
    orderNumber,
    orderDate,
    requiredDate,
    shippedDate: shipped ? shipping : null,
    status: cancelled ? "Cancelled" : shipped ? (disputed ? "Disputed" : "Shipped") : "In Process",
    comments: between(random, 1, COMMENT_ONE_IN) === 1 ? pick(random, COMMENTS) : null,
    customerNumber,
  };
}

function chooseLines(random: Random, chooser: Chooser, bought: ReadonlyMap<string, Choice>): Map<string, Choice> {
  const first = chooser.byTaste();
  const lines = new Map([[first.product.row.productCode, first]]);
  for (let count = 1; count < LINES_MAX && random() < ANOTHER_LINE_PROBABILITY; count++) {
    const mood = random();
    const again = mood < REORDER_PROBABILITY && bought.size > 0;
    const choice = again
      ? pick(random, [...bought.values()])
      : mood < REORDER_PROBABILITY + SAME_FAMILY_PROBABILITY
        ? chooser.beside(first)
        : chooser.byTaste();
    lines.set(choice.product.row.productCode, choice);
  }
  return lines;
}

function rate(random: Random, customerNumber: number, choice: Choice, taste: Taste): RatingRow {
  const opinion = RATING_MEAN + RATING_OF_LIKING * (taste.liking[choice.kind] ?? 0) + RATING_NOISE * normal(random);
  return {
    customerNumber,
    productCode: choice.product.row.productCode,
    productRating: Math.min(5, Math.max(1, Math.round(opinion))),
  };
}

/**
 * What `customer` did in the {@link HISTORY_DAYS} before `now`, drawn from `random` alone.
 * @param firstOrderNumber number of the customer's oldest order; the others follow it
 */
export function makeHistory(
  random: Random,
  customer: MadeCustomer,
  assortment: Assortment,
  firstOrderNumber: number,
  now: Date,
): CustomerHistory {
  const { customerNumber } = customer.row;
  const taste = tasteOf(random, customer, assortment);
  const chooser = new Chooser(random, assortment, taste);
  const bought = new Map<string, Choice>();
  const orderdetails: OrderDetailRow[] = [];
  const orders = orderTimes(random, now).map((time, position) => {
    const order = makeOrder(random, firstOrderNumber + position, customerNumber, time, now);
    const lines = chooseLines(random, chooser, bought);
    for (const [productCode, choice] of lines) {
      bought.set(productCode, choice);
      orderdetails.push({
        orderNumber: order.orderNumber,
        productCode,
        quantityOrdered: between(random, 1, 24),
        priceEach: toCents(choice.product.row.MSRP * (0.8 + 0.2 * random())),
        orderLineNumber: [...lines.keys()].indexOf(productCode) + 1,
      });
    }
    return order;
  });
  const rated = new Map([...bought].slice(0, RATED_PURCHASES_MAX));
  const others = [
    ...Array.from({ length: RATED_BY_TASTE }, () => chooser.byTaste()),
    ...Array.from({ length: RATED_BY_CHANCE }, () => chooser.byChance()),
  ];
  for (const choice of others) rated.set(choice.product.row.productCode, choice);
  const ratings = Array.from(rated.values(), (choice) => rate(random, customerNumber, choice, taste));
  return { orders, orderdetails, ratings };
}
