import { Hono } from "hono";
import { z } from "zod";

import config from "#shop-config";

import { displayOf } from "../../domain/catalogue/encode-catalogue.ts";
import type { ItemRecord } from "../../domain/catalogue/records.ts";
import { userIdSchema } from "../../domain/events/identity.ts";
import { readShopItem, readShopItems, readShopLines } from "../../platform/d1/shop-item-reader.ts";
import { readJson } from "../api/body.ts";
import type { ApiEnv } from "../api/context.ts";
import { ApiError, parseInput } from "../api/errors.ts";
import { encodePair, listFields, listPage, pairCursor } from "../api/list.ts";
import { signShopperToken } from "../api/shopper-token.ts";
import { demoShopOf } from "./settings.ts";

const SIGN_IN_BODY_MAX_BYTES = 1_024;
const SIGN_IN_SECONDS = 60 * 60;
const SEARCH_MAX_CHARACTERS = 100;

const itemsSchema = z.strictObject({
  ...listFields,
  line: z.string().optional(),
  q: z.string().trim().max(SEARCH_MAX_CHARACTERS).optional(),
});
const signInSchema = z.strictObject({ user_id: userIdSchema });

/**
 * `/shop/api`: the server side of a shop that stands for a real one's. It uses Endcap as any shop would: its pages by a
 * publishable key, its customers by shopper tokens.
 */
export const demoShopRoutes = new Hono<ApiEnv>();
demoShopRoutes.use("*", async (context, next) => {
  demoShopOf(context.env);
  context.header("cache-control", "no-store");
  await next();
});

/** What a page of the shop shows of an item: nothing that an answer of ours would not show. */
function describe(item: ItemRecord): object {
  return { item_id: item.itemId, in_stock: item.stock !== 0, item: displayOf(item, config.shop.currency) };
}

demoShopRoutes.get("/shop", (context) => {
  const { publishable_key, customers } = demoShopOf(context.env);
  return context.json({ name: config.shop.name, currency: config.shop.currency, publishable_key, customers });
});

demoShopRoutes.get("/lines", async (context) => {
  return context.json({ data: await readShopLines(context.env.DB) });
});

demoShopRoutes.get("/items", async (context) => {
  const { line, q, cursor, limit } = parseInput(itemsSchema, context.req.query());
  const pair = pairCursor(cursor);
  const after = pair === null ? null : { name: pair[0], itemId: pair[1] };
  // One more than asked for says whether there is another page.
  const found = await readShopItems(context.env.DB, { line, search: q, after, limit: limit + 1 });
  return context.json(listPage(found, limit, describe, ({ name, itemId }) => encodePair(name, itemId)));
});

demoShopRoutes.get("/items/:id", async (context) => {
  const item = await readShopItem(context.env.DB, context.req.param("id"));
  if (item === null) throw new ApiError("not_found", "The shop does not sell this item.");
  return context.json(describe(item));
});

/** A shop asks for a password here; this one has only customers who lend themselves to being tried out. */
demoShopRoutes.post("/sign-in", async (context) => {
  const { user_id } = parseInput(signInSchema, await readJson(context, SIGN_IN_BODY_MAX_BYTES));
  const customer = demoShopOf(context.env).customers.find((other) => other.user_id === user_id);
  if (customer === undefined) throw new ApiError("not_found", "This shop has no such customer to sign in as.");
  const expiresAt = Math.floor(Date.now() / 1_000) + SIGN_IN_SECONDS;
  const token = await signShopperToken(context.env, user_id, expiresAt);
  return context.json({ ...customer, token, expires_at: new Date(expiresAt * 1_000).toISOString() });
});
