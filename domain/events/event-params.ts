import { z } from "zod";

import { err, ok, type Result } from "../result.ts";
import type { EventNeeds } from "./event-names.ts";
import type { InteractionItem } from "./interaction.ts";
import {
  EVENT_PARAMS_MAX_BYTES,
  EVENT_PARAMS_MAX_DEPTH,
  EVENT_TEXT_MAX_LENGTH,
  ITEM_ID_MAX_LENGTH,
  ITEMS_PER_EVENT_MAX,
  PRICE_MAX,
  QUANTITY_MAX,
  RECOMMENDATION_ID_MAX_LENGTH,
  SEARCH_TERM_MAX_LENGTH,
} from "./limits.ts";

/** Why an event's `params` are refused. */
export interface ParamsProblem {
  readonly kind: "invalid_params" | "too_many_items" | "params_too_large";
  readonly message: string;
}

/** An event's `params`, sorted into what we know and the rest. */
export interface EventParams {
  readonly items: InteractionItem[];
  readonly recommendationId: string | undefined;
  readonly rest: Record<string, unknown>;
}

// Tag managers send numbers as texts: "2" is taken for 2, "" and "two" for neither.
const amount = (most: number) =>
  z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number().nonnegative().max(most));
const text = z.string().min(1).max(EVENT_TEXT_MAX_LENGTH);
const recommendationIdSchema = z.string().min(1).max(RECOMMENDATION_ID_MAX_LENGTH).optional();

// GA4's items carry more (names, brands, positions); the catalogue knows those better, so they are not kept.
const itemSchema = z.object({
  item_id: z.string().min(1).max(ITEM_ID_MAX_LENGTH),
  quantity: amount(QUANTITY_MAX).optional(),
  price: amount(PRICE_MAX).optional(),
});
const itemsSchema = z.array(itemSchema);
const pricedItemsSchema = z.array(itemSchema.required());
const ratingSchema = amount(5).pipe(z.number().min(1));

const encoder = new TextEncoder();

// Making a schema costs several times what using it does, and there are as many as there are needs: a handful.
const schemas = new WeakMap<EventNeeds, z.ZodType<Record<string, unknown>>>();

function nestsDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => nestsDeeperThan(inner, levels - 1));
}

/** Bytes of `value` as JSON, in UTF-8. */
export function jsonBytes(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).byteLength;
}

function invalid(message: string): Result<never, ParamsProblem> {
  return err({ kind: "invalid_params", message });
}

function problemOf(name: string, error: z.ZodError): Result<never, ParamsProblem> {
  const [issue] = error.issues;
  const path = [name, ...(issue?.path ?? [])].join(".");
  return invalid(`params.${path}: ${issue?.message ?? "is not valid"}`);
}

/** Texts that have a form of their own. */
const FORMED_TEXTS: Readonly<Record<string, z.ZodType>> = {
  search_term: z.string().min(1).max(SEARCH_TERM_MAX_LENGTH),
  // Money is added up by it: "usd" must not be another currency than "USD".
  currency: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code such as EUR"),
};

function shapeOfTexts(needs: EventNeeds): z.ZodRawShape {
  return Object.fromEntries(needs.texts.map((name) => [name, FORMED_TEXTS[name] ?? text]));
}

function schemaOf(needs: EventNeeds): z.ZodType<Record<string, unknown>> {
  let schema = schemas.get(needs);
  if (schema === undefined) {
    schema = z.looseObject({ ...shapeOfTexts(needs), ...(needs.rating ? { rating: ratingSchema } : {}) });
    schemas.set(needs, schema);
  }
  return schema;
}

/** Checks what an event came with against what its name needs. Unknown params are kept, within the bounds. */
export function parseEventParams(
  params: Readonly<Record<string, unknown>>,
  needs: EventNeeds,
): Result<EventParams, ParamsProblem> {
  const { items: givenItems = [], recommendation_id: recommendationId, ...rest } = params;
  if (Array.isArray(givenItems) && givenItems.length > ITEMS_PER_EVENT_MAX) {
    return err({ kind: "too_many_items", message: `An event may name at most ${ITEMS_PER_EVENT_MAX} items.` });
  }
  const items = (needs.items === "priced" ? pricedItemsSchema : itemsSchema).safeParse(givenItems);
  if (!items.success) return problemOf("items", items.error);
  if (needs.items !== "optional" && items.data.length === 0) return invalid("params.items: name at least one item.");
  const recommendation = recommendationIdSchema.safeParse(recommendationId);
  if (!recommendation.success) return problemOf("recommendation_id", recommendation.error);

  // Depth first: measuring what nests a thousand levels deep would overflow the stack.
  if (nestsDeeperThan(rest, EVENT_PARAMS_MAX_DEPTH) || jsonBytes(rest) > EVENT_PARAMS_MAX_BYTES) {
    return err({
      kind: "params_too_large",
      message: `params may hold ${EVENT_PARAMS_MAX_BYTES} bytes beside items, nested at most ${EVENT_PARAMS_MAX_DEPTH} deep.`,
    });
  }
  const known = schemaOf(needs).safeParse(rest);
  if (!known.success) return invalid(describe(known.error));
  return ok({
    items: items.data.map(withoutAbsent),
    recommendationId: recommendation.data,
    rest: { ...rest, ...known.data },
  });
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `params.${issue.path.join(".")}: ${issue.message}`).join("; ");
}

function withoutAbsent(item: z.infer<typeof itemSchema>): InteractionItem {
  return {
    item_id: item.item_id,
    ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
    ...(item.price === undefined ? {} : { price: item.price }),
  };
}
