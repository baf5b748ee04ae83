import { type Context, Hono } from "hono";

import { makeRecommendationId, RANDOM_BYTES } from "../../domain/attribution/recommendation-id.ts";
import { countryCode } from "../../domain/sync/country.ts";
import type { PlacementRequest } from "../../domain/ranking/inputs.ts";
import type { Shelf } from "../../domain/ranking/rank.ts";
import type { GivenAnswer } from "../../domain/served/given-answer.ts";
import { EMPTY_VIEW } from "../../domain/sessions/empty-view.ts";
import type { Consent, SessionView } from "../../domain/sessions/session.ts";
import config from "#shop-config";
import { readUserEmbedding } from "../../platform/d1/models.ts";
import { assertScope, authenticate, bearerOf, type Caller } from "./auth.ts";
import { readJson } from "./body.ts";
import { type ApiEnv, controlSourceOf, waitUntilOf } from "./context.ts";
import { heldControl, latestControl } from "./control-cache.ts";
import { ApiError } from "./errors.ts";
import { type AnswerContext, rankPage, servedCaches } from "./recommendations/answer.ts";
import { readyState } from "./recommendations/catalogue-cache.ts";
import { within } from "./recommendations/deadline.ts";
import {
  parseRecommendationRequest,
  RECOMMENDATIONS_BODY_MAX_BYTES,
  type RecommendationRequest,
} from "./recommendations/request.ts";
import { knownView, receiveView } from "./recommendations/session-views.ts";
import { compareWithShadow, type RankedPage } from "./recommendations/shadow.ts";
import { saveServed } from "./served-packer.ts";
import { identifyShopper, type IdentifiedShopper, resolveConsent } from "./shopper.ts";

/** The session is asked once per answer, and waited for no longer than this. */
export const SESSION_DEADLINE_MILLISECONDS = 300;

/** `/v1/recommendations`. */
export const recommendationRoutes = new Hono<ApiEnv>();

interface Answer extends GivenAnswer {
  readonly explain?: unknown;
}

interface Answered {
  readonly answers: readonly Answer[];
  /** Under whose name the answers may be saved; null for nobody's. */
  readonly shopper: string | null;
  /** What the answers were made from; null for empty ones. */
  readonly ranked: RankedPage | null;
}

/** The facts stand in the id itself, so that an event which names it needs no look-up. */
function recommendationId(placement: string, modelVersion: string | null, shelves: readonly Shelf[]): string {
  const facts = {
    placement,
    modelVersion,
    arm: null,
    shelves: shelves.map(({ strategy, items }) => ({ strategy, itemIds: items.map((entry) => entry.item_id) })),
  };
  return makeRecommendationId(facts, crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** Keys that cannot be read (a cold isolate during an outage of R2) must not cost the shopper the page: see `answer`. */
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

interface AskedSession {
  readonly view: SessionView;
  readonly personal: boolean;
  /** True when the shopper agreed to both purposes, for certain: a session out of reach may remember a refusal. */
  readonly mayBeNamed: boolean;
}

async function askSession(
  context: Context<ApiEnv>,
  caller: Caller,
  request: RecommendationRequest,
  who: IdentifiedShopper | null,
  degraded: Set<string>,
): Promise<AskedSession> {
  const consent = resolveConsent(caller, request.consent, config);
  const agreed = ({ personalization, analytics }: Consent): boolean => personalization && analytics;
  if (who === null) return { view: EMPTY_VIEW, personal: consent.value.personalization, mayBeNamed: false };
  const session = context.env.SHOPPER_SESSION.getByName(who.shopper);
  const known = knownView(who.shopper);
  const asked = session.view({
    shopper: who.shopper,
    mergeClient: who.mergeClient,
    consent,
    known: known?.version,
  });
  const answered = await within("session", SESSION_DEADLINE_MILLISECONDS, asked, waitUntilOf(context));
  if (!answered.ok) {
    degraded.add(`session_${answered.error.kind}`);
    // What was remembered is out of reach: only what this request says, or its key's default, counts.
    const mayBeNamed = consent.explicit && agreed(consent.value);
    return { view: EMPTY_VIEW, personal: consent.value.personalization, mayBeNamed };
  }
  const view = receiveView(who.shopper, known, answered.value);
  const effective = view.consent ?? consent.value;
  return { view, personal: effective.personalization, mayBeNamed: agreed(effective) };
}

function emptyAnswers(request: RecommendationRequest, degraded: ReadonlySet<string>): Answered {
  const answers = request.placements.map(({ placement }) => ({
    recommendation_id: recommendationId(placement, null, []),
    placement,
    model_version: null,
    degraded: [...degraded],
    shelves: [],
  }));
  return { answers, shopper: null, ranked: null };
}

/** The country of the request's features, as an ISO code: the same normalisation as at sync. */
function countryOfFeatures(features: RecommendationRequest["features"]): string | null {
  const column = config.source.users.country;
  const value = column === undefined ? undefined : features?.[column];
  return typeof value === "string" ? countryCode(value) : null;
}

async function answer(context: Context<ApiEnv>, request: RecommendationRequest): Promise<Answered> {
  const { env } = context;
  const degraded = new Set<string>();
  const waitUntil = waitUntilOf(context);
  const caller = await identifyCaller(context, request);
  if (caller === null) return emptyAnswers(request, degraded.add("no_control"));
  const who =
    request.client_id === undefined && request.user_id === undefined && request.token === undefined
      ? null
      : await identifyShopper(context, caller, {
          client_id: request.client_id,
          user_id: request.user_id,
          token: request.token,
        });
  // The one Durable Object call, with a renewal of control.json (if it is due) beside it.
  const [known, { view, personal, mayBeNamed }] = await Promise.all([
    latestControl(controlSourceOf(context)),
    askSession(context, caller, request, who, degraded),
  ]);
  if (known.stale) degraded.add("stale_control");
  // While the session was asked, another request may have brought a newer one: nobody goes back behind it.
  const control = heldControl(controlSourceOf(context)) ?? known.control;
  const state = await readyState(env, control, waitUntil);
  if (control === null || state === null) return emptyAnswers(request, degraded.add("no_catalogue"));
  if (state.model === null) degraded.add("no_model");

  const edgeCountry = context.req.raw.cf?.country;
  const shopperCountry = countryOfFeatures(request.features) ?? request.country ?? view.country;
  const country = shopperCountry ?? (typeof edgeCountry === "string" ? edgeCountry : null);
  const requests = request.placements.map((placement): PlacementRequest => ({
    ...placement,
    cart: request.cart ?? view.cart.map((line) => line.item_id),
    exclude: request.exclude,
    filter: request.filter,
  }));
  const ranking: AnswerContext = {
    env,
    config,
    control,
    state,
    session: view,
    profile: personal
      ? {
          subject: { session: view, features: request.features ?? null, country, userId: who?.userId ?? null },
          source: {
            lookUpEmbedding: (version, userId) => readUserEmbedding(env.DB, version, userId),
            remember: (candidates) => {
              if (who !== null) waitUntil(env.SHOPPER_SESSION.getByName(who.shopper).rememberCandidates(candidates));
            },
          },
        }
      : null,
    country,
    degraded,
    waitUntil,
    caches: servedCaches,
  };
  const startedAt = Date.now();
  const shelves = await rankPage(ranking, requests);
  const milliseconds = Date.now() - startedAt;
  const modelVersion = state.model?.manifest.version ?? null;
  const answers = request.placements.map(({ placement }, position): Answer => {
    const own = shelves[position] ?? [];
    return {
      recommendation_id: recommendationId(placement, modelVersion, own),
      placement,
      model_version: modelVersion,
      degraded: degraded.size === 0 ? null : [...degraded],
      shelves: own,
      ...(request.explain ? { explain: explanation(view, state.catalogue.version, country, personal) } : {}),
    };
  });
  return {
    answers,
    shopper: mayBeNamed ? (who?.shopper ?? null) : null,
    ranked: { context: ranking, requests, shelves, milliseconds },
  };
}

function explanation(view: SessionView, catalogue: string, country: string | null, personal: boolean): unknown {
  return {
    catalogue,
    country,
    personal,
    known: {
      interactions: view.recent.length,
      purchases: view.purchases.length,
      ratings: view.ratings.length,
      features: view.features === null ? [] : Object.keys(view.features),
    },
  };
}

async function respond(context: Context<ApiEnv>, input: unknown, startedAt: number): Promise<Response> {
  const request = parseRecommendationRequest(input);
  const { answers, shopper, ranked } = await answer(context, request);
  context.header("cache-control", "no-store");
  const response = context.json(request.page ? { results: answers } : answers[0]);
  const now = Date.now();
  const saving = saveServed(context.env, { answers, shopper, at: now, latencyMilliseconds: now - startedAt });
  if (saving !== null) waitUntilOf(context)(saving);
  const comparing = ranked === null ? null : compareWithShadow(ranked, answers[0]?.recommendation_id ?? "");
  if (comparing !== null) waitUntilOf(context)(comparing);
  return response;
}

recommendationRoutes.get("/", (context) => respond(context, context.req.query(), Date.now()));

recommendationRoutes.post("/", async (context) => {
  const startedAt = Date.now();
  const body = await readJson(context, RECOMMENDATIONS_BODY_MAX_BYTES);
  const input = typeof body === "object" && body !== null ? { ...context.req.query(), ...body } : body;
  return respond(context, input, startedAt);
});
