import { type Context, Hono } from "hono";
import { z } from "zod";

import type { FeatureValues, ItemRecord } from "../../domain/catalogue/records.ts";
import { type PushedItems, pushItems } from "../../platform/d1/push-store.ts";
import { requireScope } from "./auth.ts";
import { readJson } from "./body.ts";
import { type ApiEnv, waitUntilOf } from "./context.ts";
import { ApiError, parseInput } from "./errors.ts";
import { rowId } from "./pushes/field-input.ts";
import { goLive } from "./pushes/go-live.ts";
import {
  itemChangeElementSchema,
  itemChangeSchema,
  itemElementSchema,
  itemFields,
  itemSchema,
} from "./pushes/item-input.ts";
import { describeOutcome, elementsSchema, judgeEach, type Refusal } from "./pushes/judge-each.ts";
import { PUSH_BODY_MAX_BYTES, PUSHES_BODY_MAX_BYTES } from "./pushes/limits.ts";
import { answerSimilar } from "./recommendations/similar.ts";

const manySchema = z.strictObject({ items: elementsSchema });
const UNKNOWN_ITEM = "There is no item of that id. Send it whole: PUT /v1/items/:id.";

/** `/v1/items`: an item's neighbours, and what the shop pushes about items beside the sync. */
export const itemRoutes = new Hono<ApiEnv>();

itemRoutes.get("/:id/similar", (context) => answerSimilar(context, context.req.param("id"), context.req.query()));

function describe(item: ItemRecord): object {
  const { itemId, name, category, price, stock, hidden, image, url, features } = item;
  return { item_id: itemId, name, category, price, stock, hidden, image, url, features };
}

/** Says so only when stock, price and hidden are not yet on their way to every isolate. */
function liveness(live: boolean): object {
  return live ? {} : { live: false };
}

async function pushOne(
  context: Context<ApiEnv>,
  kind: "change" | "replace",
  fields: FeatureValues,
): Promise<{ item: ItemRecord; created: boolean; live: boolean }> {
  const { env } = context;
  const id = parseInput(rowId, context.req.param("id"));
  const { items, created, seq } = await pushItems(env.DB, [{ id, fields }], kind, new Date());
  const item = items.get(id);
  if (item === undefined) throw new ApiError("not_found", UNKNOWN_ITEM);
  return { item, created: created.has(id), live: await goLive(env, seq, waitUntilOf(context)) };
}

/** Stock, price or hidden of one item; what is not named stays. In effect in every isolate within seconds. */
itemRoutes.patch("/:id", requireScope("items:write"), async (context) => {
  const input = parseInput(itemChangeSchema, await readJson(context, PUSH_BODY_MAX_BYTES));
  const { item, live } = await pushOne(context, "change", itemFields(input));
  return context.json({ ...describe(item), ...liveness(live) });
});

/**
 * One whole item. A new one can be recommended with the next snapshot (minutes); of a known one stock, price and hidden
 * are in effect within seconds. What it leaves out a new item does not have; a known one keeps it.
 */
itemRoutes.put("/:id", requireScope("items:write"), async (context) => {
  const input = parseInput(itemSchema, await readJson(context, PUSH_BODY_MAX_BYTES));
  const { item, created, live } = await pushOne(context, "replace", itemFields(input));
  return context.json({ ...describe(item), ...liveness(live) }, created ? 201 : 200);
});

async function pushMany(
  context: Context<ApiEnv>,
  kind: "change" | "replace",
  schema: typeof itemChangeElementSchema | typeof itemElementSchema,
): Promise<Response> {
  const { env } = context;
  const { items: elements } = parseInput(manySchema, await readJson(context, PUSHES_BODY_MAX_BYTES));
  const { valid, refusals } = judgeEach<z.ZodType<z.infer<typeof schema>>>(elements, schema, "item_id");
  const pushes = valid.map(({ value: { item_id: id, ...input } }) => ({ id, fields: itemFields(input) }));
  const pushed: PushedItems =
    pushes.length === 0
      ? { seq: 0, items: new Map(), created: new Set() }
      : await pushItems(env.DB, pushes, kind, new Date());
  const unknown = valid.flatMap(({ index, value }): Refusal[] =>
    pushed.items.has(value.item_id) ? [] : [{ index, id: value.item_id, code: "not_found", message: UNKNOWN_ITEM }],
  );
  const live = pushed.items.size === 0 || (await goLive(env, pushed.seq, waitUntilOf(context)));
  const outcome = describeOutcome(valid.length - unknown.length, [...refusals, ...unknown], "item_id");
  return context.json({ ...outcome, ...liveness(live) });
}

/** Many changes at once: one that is refused leaves the others alone. */
itemRoutes.patch("/", requireScope("items:write"), (context) => pushMany(context, "change", itemChangeElementSchema));

/** Many whole items at once. */
itemRoutes.put("/", requireScope("items:write"), (context) => pushMany(context, "replace", itemElementSchema));
