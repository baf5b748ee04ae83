import { makeRecommendationId, RANDOM_BYTES } from "../../../domain/attribution/recommendation-id.ts";
import type { PlacementRequest } from "../../../domain/ranking/inputs.ts";
import type { Shelf } from "../../../domain/ranking/rank.ts";
import { PlacementRecorder } from "../../../domain/ranking/recorder.ts";
import type { GivenAnswer } from "../../../domain/served/given-answer.ts";
import type { ShelfTexts } from "../../../domain/ranking/texts/shelf-texts.ts";
import { EMPTY_VIEW } from "../../../domain/sessions/empty-view.ts";
import type { Consent, SessionView } from "../../../domain/sessions/session.ts";
import { countryCode } from "../../../domain/sync/country.ts";
import config from "#shop-config";
import { readUserEmbedding } from "../../../platform/d1/models.ts";
import { type Call, controlOf } from "../call.ts";
import { heldControl, latestControl } from "../control-cache.ts";
import { saveServed } from "../served-packer.ts";
import { identifyShopper, type IdentifiedShopper, resolveConsent } from "../shopper.ts";
import { type AnswerContext, rankPage, servedCaches } from "./answer.ts";
import { readyState } from "./catalogue-cache.ts";
import { within } from "./deadline.ts";
import { type Explanation, explanationOf } from "./explanation.ts";
import type { RecommendationRequest } from "./request.ts";
import { knownView, receiveView } from "./session-views.ts";
import { compareWithShadow, type RankedPage } from "./shadow.ts";

/** The session is asked once per answer, and waited for no longer than this while a page waits. */
export const SESSION_DEADLINE_MILLISECONDS = 300;

/** A call for recommendations. */
export interface RecommendationCall extends Call {
  /** The session is waited for no longer than this. */
  readonly sessionDeadlineMilliseconds: number;
  /** The language that the answer is in. */
  readonly texts: ShelfTexts;
}

/** The answer for one placement. */
export interface Answer extends GivenAnswer {
  readonly explain?: Explanation;
}

/** The answers of one request, and what saving them needs. */
export interface Answered {
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

interface AskedSession {
  readonly view: SessionView;
  readonly personal: boolean;
  /** True when the shopper agreed to both purposes, for certain: a session out of reach may remember a refusal. */
  readonly mayBeNamed: boolean;
}

async function askSession(
  call: RecommendationCall,
  request: RecommendationRequest,
  who: IdentifiedShopper | null,
  degraded: Set<string>,
): Promise<AskedSession> {
  const consent = resolveConsent(call.caller, request.consent, config);
  const agreed = ({ personalization, analytics }: Consent): boolean => personalization && analytics;
  if (who === null) return { view: EMPTY_VIEW, personal: consent.value.personalization, mayBeNamed: false };
  const session = call.env.SHOPPER_SESSION.getByName(who.shopper);
  const known = knownView(who.shopper);
  const asked = session.view({
    shopper: who.shopper,
    mergeClient: who.mergeClient,
    consent,
    known: known?.version,
  });
  const answered = await within("session", call.sessionDeadlineMilliseconds, asked, call.waitUntil);
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

/** Answers with no shelves, for a deployment or an isolate that has nothing to answer from. */
export function emptyAnswers(request: RecommendationRequest, degraded: ReadonlySet<string>): Answered {
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

function recordersFor(requests: readonly PlacementRequest[]): PlacementRecorder[] {
  const pageItems = requests.flatMap(({ itemId }) => itemId ?? []);
  return requests.map(() => new PlacementRecorder(pageItems));
}

/**
 * The answers to a request, an answer a placement. What is late or away is left out and named in `degraded`.
 * @throws ApiError for a shopper who is not named as they must be (see `identifyShopper`)
 */
export async function answer(call: RecommendationCall, request: RecommendationRequest): Promise<Answered> {
  const { env, waitUntil } = call;
  const degraded = new Set<string>();
  const who =
    request.client_id === undefined && request.user_id === undefined && request.token === undefined
      ? null
      : await identifyShopper(env, call.caller, {
          client_id: request.client_id,
          user_id: request.user_id,
          token: request.token,
        });
  // The one Durable Object call, with a renewal of control.json (if it is due) beside it.
  const [known, { view, personal, mayBeNamed }] = await Promise.all([
    latestControl(controlOf(call)),
    askSession(call, request, who, degraded),
  ]);
  if (known.stale) degraded.add("stale_control");
  // While the session was asked, another request may have brought a newer one: nobody goes back behind it.
  const control = heldControl(controlOf(call)) ?? known.control;
  const state = await readyState(env, control, waitUntil);
  if (control === null || state === null) return emptyAnswers(request, degraded.add("no_catalogue"));
  if (state.model === null) degraded.add("no_model");

  const country = countryOfFeatures(request.features) ?? request.country ?? view.country ?? call.edgeCountry;
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
    texts: call.texts,
    degraded,
    waitUntil,
    caches: servedCaches,
  };
  const recorders = request.explain ? recordersFor(requests) : null;
  const startedAt = Date.now();
  const shelves = await rankPage(ranking, requests, recorders);
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
      ...(recorders === null ? {} : { explain: explanationOf(ranking, recorders[position]) }),
    };
  });
  return {
    answers,
    shopper: mayBeNamed ? (who?.shopper ?? null) : null,
    ranked: { context: ranking, requests, shelves, milliseconds },
  };
}

/**
 * What follows an answer that is on its way: it is saved as served, and a shadow model is compared with it.
 * @param startedAt when the request came, milliseconds since 1970 UTC
 */
export function followUp(
  { env, waitUntil }: Pick<Call, "env" | "waitUntil">,
  { answers, shopper, ranked }: Answered,
  startedAt: number,
): void {
  const now = Date.now();
  const saving = saveServed(env, { answers, shopper, at: now, latencyMilliseconds: now - startedAt });
  if (saving !== null) waitUntil(saving);
  const comparing = ranked === null ? null : compareWithShadow(ranked, answers[0]?.recommendation_id ?? "");
  if (comparing !== null) waitUntil(comparing);
}
