/**
 * What a storefront Worker imports, as types alone: what `env.ENDCAP` takes and gives when it is bound to the entrypoint
 * `Recommender`. The requests are those that the HTTP API takes, without a key.
 */
import type { z } from "zod";

import type { eventRequestSchema } from "../domain/events/event-request.ts";
import type { EventsAnswer } from "./api/events/take-events.ts";
import type { Answer } from "./api/recommendations/recommend.ts";
import type { pageSchema, singleSchema } from "./api/recommendations/request.ts";

/** What `POST /v1/recommendations` takes for one placement. */
export type RecommendationInput = Omit<z.input<typeof singleSchema>, "key">;
/** What `POST /v1/recommendations` takes for the placements of a page. */
export type PageInput = Omit<z.input<typeof pageSchema>, "key">;
/** What `POST /v1/events` takes. */
export type EventsInput = Omit<z.input<typeof eventRequestSchema>, "key">;

/** The answer for one placement. */
export type RecommendationAnswer = Answer;
/** The answers for a page, in the order of its placements. */
export interface PageAnswer {
  readonly results: readonly RecommendationAnswer[];
}
export type { EventsAnswer };

/**
 * A service binding to the entrypoint `Recommender`. What Endcap refuses is an `Error` whose `name` is the error code of
 * the HTTP API, in a Worker with a compatibility date of 2026-04-21 or later (or `enhanced_error_serialization`).
 * @example
 * interface Env { readonly ENDCAP: RecommenderBinding }
 * const answer = await env.ENDCAP.recommend({ placement: "home", client_id });
 */
export interface RecommenderBinding {
  recommend(request: RecommendationInput): Promise<RecommendationAnswer>;
  recommend(request: PageInput): Promise<PageAnswer>;
  track(request: EventsInput): Promise<EventsAnswer>;
}
