import type { Context } from "hono";
import { z } from "zod";

import { ITEM_ID_MAX_LENGTH } from "../../../domain/events/limits.ts";
import { SHELF_LIMIT_DEFAULT, SHELF_LIMIT_MAX } from "../../../domain/ranking/placements.ts";
import { rankSimilar } from "../../../domain/ranking/rank.ts";
import { NO_FILTER } from "../../../domain/ranking/filter.ts";
import { EMPTY_VIEW } from "../../../domain/sessions/empty-view.ts";
import config from "#shop-config";
import { assertScope, authenticate, bearerOf } from "../auth.ts";
import { type ApiEnv, controlSourceOf, waitUntilOf } from "../context.ts";
import { latestControl } from "../control-cache.ts";
import { ApiError, parseInput } from "../errors.ts";
import { pageInputs, servedCaches } from "./answer.ts";
import { readyState } from "./catalogue-cache.ts";
import { languageTag } from "./request.ts";
import { chooseTexts } from "./texts.ts";

export const querySchema = z.strictObject({
  key: z.string().optional(),
  locale: languageTag.optional(),
  limit: z.coerce.number().int().min(1).max(SHELF_LIMIT_MAX).default(SHELF_LIMIT_DEFAULT),
});

/** `GET /v1/items/:id/similar`: one shelf's `items`, from the item alone. An unknown item gets popular ones. */
export async function answerSimilar(context: Context<ApiEnv>, itemId: string, query: unknown): Promise<Response> {
  const { key, limit, locale } = parseInput(querySchema, query);
  if (itemId.length > ITEM_ID_MAX_LENGTH)
    throw new ApiError("invalid_request", `An item id has at most ${ITEM_ID_MAX_LENGTH} characters.`);
  const caller = await authenticate(context, { bearer: bearerOf(context), open: key ?? null });
  if (caller.kind === "secret") assertScope(caller, "recommendations:read");
  const { control } = await latestControl(controlSourceOf(context));
  const waitUntil = waitUntilOf(context);
  const state = await readyState(context.env, control, waitUntil);
  const texts = chooseTexts(locale, context.req.header("accept-language"));
  context.header("cache-control", "no-store");
  context.header("content-language", texts.language);
  if (control === null || state === null) return context.json({ items: [] });
  const request = { placement: "product", itemId, cart: [], limit, exclude: [], filter: NO_FILTER } as const;
  const inputs = await pageInputs(
    {
      env: context.env,
      config,
      control,
      state,
      session: EMPTY_VIEW,
      profile: null,
      country: null,
      texts,
      degraded: new Set(),
      waitUntil,
      caches: servedCaches,
    },
    [request],
  );
  return context.json({ items: rankSimilar(inputs, request) });
}
