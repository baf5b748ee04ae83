import { type Context, Hono } from "hono";

import { assertScope, authenticate, bearerOf, type Caller } from "./auth.ts";
import { readJson } from "./body.ts";
import { type ApiEnv, edgeCountryOf, waitUntilOf } from "./context.ts";
import { ApiError } from "./errors.ts";
import { answerBatch } from "./recommendations/batch.ts";
import { BATCH_BODY_MAX_BYTES, parseBatchRequest } from "./recommendations/batch-request.ts";
import { answer, emptyAnswers, followUp, SESSION_DEADLINE_MILLISECONDS } from "./recommendations/recommend.ts";
import {
  parseRecommendationRequest,
  RECOMMENDATIONS_BODY_MAX_BYTES,
  type RecommendationRequest,
} from "./recommendations/request.ts";
import { chooseTexts } from "./recommendations/texts.ts";

/** `/v1/recommendations`. */
export const recommendationRoutes = new Hono<ApiEnv>();

/**
 * Who is calling; null while keys cannot be read: a cold isolate during an outage of R2 must not cost the shopper the
 * page.
 */
async function identifyCaller(context: Context<ApiEnv>, request: RecommendationRequest): Promise<Caller | null> {
  try {
    const caller = await authenticate(context, { bearer: bearerOf(context), open: request.key ?? null });
    if (caller.kind === "secret") assertScope(caller, "recommendations:read");
    else if (request.features !== undefined || request.explain) {
      throw new ApiError("secret_key_required", "`features` and `explain` need a secret key.");
    }
    return caller;
  } catch (error) {
    if (error instanceof ApiError && error.code === "not_ready") return null;
    throw error;
  }
}

async function respond(context: Context<ApiEnv>, input: unknown, startedAt: number): Promise<Response> {
  const request = parseRecommendationRequest(input);
  const caller = await identifyCaller(context, request);
  const { env } = context;
  const waitUntil = waitUntilOf(context);
  const texts = chooseTexts(request.locale, context.req.header("accept-language"));
  const answered =
    caller === null
      ? emptyAnswers(request, new Set(["no_control"]))
      : await answer(
          {
            env,
            waitUntil,
            caller,
            edgeCountry: edgeCountryOf(context),
            requestId: context.var.requestId,
            sessionDeadlineMilliseconds: SESSION_DEADLINE_MILLISECONDS,
            texts,
          },
          request,
        );
  context.header("cache-control", "no-store");
  context.header("content-language", texts.language);
  const response = context.json(request.page ? { results: answered.answers } : answered.answers[0]);
  followUp({ env, waitUntil }, answered, startedAt);
  return response;
}

recommendationRoutes.get("/", (context) => respond(context, context.req.query(), Date.now()));

recommendationRoutes.post("/", async (context) => {
  const startedAt = Date.now();
  const body = await readJson(context, RECOMMENDATIONS_BODY_MAX_BYTES);
  const input = typeof body === "object" && body !== null ? { ...context.req.query(), ...body } : body;
  return respond(context, input, startedAt);
});

recommendationRoutes.post("/batch", async (context) => {
  const caller = await authenticate(context, { bearer: bearerOf(context), open: context.req.query("key") ?? null });
  assertScope(caller, "recommendations:read");
  const batch = parseBatchRequest(await readJson(context, BATCH_BODY_MAX_BYTES));
  const { env } = context;
  // A list is asked for where the shop's server is, which says nothing of its users.
  const call = { env, waitUntil: waitUntilOf(context), caller, edgeCountry: null, requestId: context.var.requestId };
  context.header("cache-control", "no-store");
  context.header("content-language", chooseTexts(batch.request.locale).language);
  return context.json({ results: await answerBatch(call, batch) });
});
