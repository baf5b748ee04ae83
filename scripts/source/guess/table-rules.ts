import type { ColumnRule } from "./rules/column-rule.ts";
import { CATEGORY, IMAGE, NAME, PRICE, STOCK } from "./rules/item-rules.ts";
import { LINE_PRICE, ORDER_TIME, QUANTITY, STATUS } from "./rules/order-rules.ts";
import { RATING } from "./rules/rating-rules.ts";

/** What a table can be to a shop. */
export type Role = "users" | "items" | "orders" | "lines" | "ratings";

/** What a table of one role is called and what it holds. */
export interface TableRule {
  /** The last word of its name, and its points. */
  readonly nouns: Readonly<Record<string, number>>;
  /** Words in front of it that make it something else. */
  readonly notAfter?: readonly string[];
  /** Columns that speak for it. */
  readonly columns: readonly { readonly rule: ColumnRule; readonly points: number; readonly says: string }[];
  /** Words among its columns that speak for or against it; `says` where that is worth telling. */
  readonly words: Readonly<Record<string, { readonly points: number; readonly says?: string }>>;
}

const ORDER_NOUNS = {
  order: 6,
  purchase: 5,
  sale: 5,
  invoice: 4,
  transaction: 3,
  receipt: 3,
  checkout: 3,
} as const;
const ITEM_NOUNS = {
  product: 6,
  article: 5.5,
  item: 5,
  sku: 4,
  merchandise: 4,
  variant: 3,
  book: 3,
  track: 2,
  movie: 2,
  film: 2,
  model: 1,
} as const;
const USER_NOUNS = {
  customer: 6,
  shopper: 6,
  buyer: 6,
  user: 5,
  client: 5,
  member: 4,
  subscriber: 4,
  account: 3,
  person: 3,
  visitor: 3,
  reader: 2,
  contact: 2,
} as const;
const RATING_NOUNS = { rating: 6, review: 6, feedback: 3, score: 2, star: 3, vote: 2, stars: 3, opinion: 3 } as const;
const ORDER_WORDS = Object.keys(ORDER_NOUNS);

export const TABLE_RULES: Readonly<Record<Role, TableRule>> = {
  users: {
    nouns: USER_NOUNS,
    notAfter: ORDER_WORDS,
    columns: [
      { rule: PRICE, points: -3, says: "prices" },
      { rule: QUANTITY, points: -3, says: "quantities" },
    ],
    words: {
      email: { points: 2.5, says: "e-mail addresses" },
      first: { points: 1, says: "first names" },
      last: { points: 0.5 },
      phone: { points: 0.5 },
      country: { points: 0.5 },
      city: { points: 0.5 },
      password: { points: 1, says: "passwords" },
      birth: { points: 0.5 },
    },
  },
  items: {
    nouns: ITEM_NOUNS,
    notAfter: [...ORDER_WORDS, "line"],
    columns: [
      { rule: PRICE, points: 3.5, says: "prices" },
      { rule: NAME, points: 2, says: "names" },
      { rule: STOCK, points: 1.5, says: "stock" },
      { rule: CATEGORY, points: 1.5, says: "categories" },
      { rule: IMAGE, points: 0.5, says: "pictures" },
    ],
    words: {
      description: { points: 0.5 },
      brand: { points: 0.5 },
      category: { points: 0.5 },
      genre: { points: 0.5 },
      email: { points: -4 },
      password: { points: -4 },
    },
  },
  orders: {
    nouns: ORDER_NOUNS,
    columns: [
      { rule: ORDER_TIME, points: 1.5, says: "times" },
      { rule: STATUS, points: 1, says: "a status" },
    ],
    words: {
      total: { points: 1, says: "totals" },
      amount: { points: 0.5 },
      shipped: { points: 0.5 },
      shipping: { points: 0.5 },
      password: { points: -4 },
    },
  },
  lines: {
    nouns: { line: 3, item: 3, detail: 3, product: 2, article: 2, entry: 1.5, row: 1, sale: 1 },
    columns: [
      { rule: QUANTITY, points: 3, says: "quantities" },
      { rule: LINE_PRICE, points: 2, says: "prices" },
    ],
    words: { email: { points: -3 }, password: { points: -4 } },
  },
  ratings: {
    nouns: RATING_NOUNS,
    columns: [{ rule: RATING, points: 3, says: "ratings" }],
    words: {
      review: { points: 0.5 },
      comment: { points: 0.5 },
      quantity: { points: -2 },
      email: { points: -2 },
      password: { points: -4 },
    },
  },
};

/** Points that a table needs, with those of what refers to it, to be taken for its role. */
export const TABLE_POINTS_MIN: Readonly<Record<"users" | "items" | "ratings", number>> = {
  users: 6,
  items: 8,
  ratings: 9,
};
/** Points that orders and their lines need together. */
export const ORDERS_POINTS_MIN = 14;

/** Words that stand for the rows of a role's tables, in front of their columns' names and in references to them. */
export const OWN_WORDS: Readonly<Record<Role, readonly string[]>> = {
  users: Object.keys(USER_NOUNS),
  items: Object.keys(ITEM_NOUNS),
  orders: ORDER_WORDS,
  lines: [...ORDER_WORDS, "item", "product", "article", "line", "detail"],
  ratings: [...Object.keys(RATING_NOUNS), "product", "item", "article"],
};

/** Last words of tables that hold categories, and their points. */
export const CATEGORY_NOUNS: Readonly<Record<string, number | undefined>> = {
  category: 10,
  subcategory: 9,
  genre: 8,
  department: 8,
  line: 8,
  group: 7,
  family: 6.5,
  type: 6.5,
  section: 6,
  taxon: 6,
  collection: 5.5,
  kind: 5,
  class: 5,
};
