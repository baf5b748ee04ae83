import { type HttpApi, type SeenRequest, startHttpApi } from "../../support/http-api.ts";
import { API_TOKEN } from "./http-shop.ts";

/** A row of the API, before it is JSON. */
export type ApiRow = Readonly<Record<string, unknown>>;
export const API_TABLES = ["customers", "products", "orders", "ratings"] as const;
export type ApiTable = (typeof API_TABLES)[number];

/** The API's rows, in the order in which it gives them. Tests change them as they like. */
export type ApiRows = Record<ApiTable, ApiRow[]>;

/** A shop's API whose rows change. */
export interface ApiShop {
  readonly api: HttpApi;
  readonly rows: ApiRows;
  /** What happens before each answer; nothing unless a test says so. */
  before: (request: SeenRequest) => void;
}

/** Long ago: further than the cursor's overlap. */
const LONG_AGO = "2026-01-01T00:00:00.000Z";

interface Row {
  readonly updated_at?: string;
}

export function customer(id: number, more: Row & Readonly<Record<string, unknown>> = {}): ApiRow {
  const mail = `customer-${id}@post.example`;
  return { id, country: "France", city: "Nantes", tier: 1, mail, updated_at: LONG_AGO, ...more };
}

export function product(code: string, more: Row & Readonly<Record<string, unknown>> = {}): ApiRow {
  const own = { code, title: `Model ${code}`, category: "Cars", price: 9.5, stock: 3 };
  return { ...own, details: { colour: "red" }, deleted_at: null, updated_at: LONG_AGO, ...more };
}

export function order(
  id: number,
  buyer: number,
  codes: readonly string[],
  more: Row & Readonly<Record<string, unknown>> = {},
): ApiRow {
  const lines = codes.map((code, place) => ({ product: code, quantity: place + 1, price: 5 }));
  return { id, customer: buyer, placed: "2026-03-04T05:06:07Z", lines, updated_at: LONG_AGO, ...more };
}

export function rating(buyer: number, code: string, stars: number, more: Row = {}): ApiRow {
  return { customer: buyer, product: code, stars, updated_at: LONG_AGO, ...more };
}

/** Six customers, ten products, five orders and three ratings: two pages at least of each but the last. */
export function someRows(): ApiRows {
  const codes = Array.from({ length: 10 }, (_, n) => `P${n}`);
  return {
    customers: Array.from({ length: 6 }, (_, n) => customer(n + 1)),
    products: codes.map((code) => product(code)),
    orders: Array.from({ length: 5 }, (_, n) => order(n + 1, n + 1, codes.slice(n, n + 3))),
    ratings: [rating(1, "P0", 5), rating(2, "P1", 3), rating(3, "P9", 1)],
  };
}

/** Starts an API that serves whatever `rows` holds when it is asked. */
export async function startApiShop(paging: "cursor" | "link", rows: ApiRows): Promise<ApiShop> {
  const tables = Object.defineProperties(
    {},
    Object.fromEntries(
      API_TABLES.map((table) => [table, { get: () => rows[table].map((row) => JSON.stringify(row)) }]),
    ),
  );
  const shop: { before: ApiShop["before"] } = { before: () => undefined };
  const api = await startHttpApi({
    tables,
    paging,
    token: API_TOKEN,
    changed: "updated_at",
    before: (request) => shop.before(request),
  });
  return Object.assign(shop, { api, rows });
}
