import { WorkerEntrypoint } from "cloudflare:workers";

import { eventRequestSchema } from "../domain/events/event-request.ts";
import { EVENTS_BODY_MAX_BYTES } from "../domain/events/limits.ts";
import type { RuntimeEnv } from "../platform/env.ts";
import { logger, messageOf } from "../platform/logger.ts";
import type { Caller } from "./api/auth.ts";
import type { Call } from "./api/call.ts";
import { ApiError, type ErrorCode, parseInput } from "./api/errors.ts";
import { takeEvents } from "./api/events/take-events.ts";
import { answer, followUp, SESSION_DEADLINE_MILLISECONDS } from "./api/recommendations/recommend.ts";
import { parseRecommendationRequest } from "./api/recommendations/request.ts";
import { chooseTexts } from "./api/recommendations/texts.ts";
import type {
  EventsAnswer,
  EventsInput,
  PageAnswer,
  PageInput,
  RecommendationAnswer,
  RecommendationInput,
  RecommenderBinding,
} from "./recommender-types.ts";

/** Only a Worker of the same account can be bound to us: the binding is the proof, and it may do what a shop's page needs. */
const BOUND_CALLER: Caller = {
  kind: "secret",
  keyId: "service-binding",
  scopes: ["events:write", "recommendations:read"],
};

/** Of an error, name and message reach the other Worker; its own properties may not. */
function named(name: ErrorCode, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/**
 * An input as it would have come over HTTP, since everything behind relies on that: plain JSON of a bounded size. What
 * a Worker can send besides (a Date, a Map, a stream) would be stored as something else than it was judged as.
 */
function asJson(input: unknown, maxBytes: number): unknown {
  let text: string | undefined;
  try {
    // Nothing for what JSON does not know, such as a function.
    text = JSON.stringify(input);
  } catch {
    throw new ApiError("invalid_json", "The request is not plain data that JSON can hold.");
  }
  if (text === undefined) return null;
  if (Buffer.byteLength(text) > maxBytes)
    throw new ApiError("body_too_large", `The request may hold at most ${maxBytes} bytes as JSON.`);
  return JSON.parse(text);
}

/**
 * What a storefront Worker binds: recommendations and events without HTTP or keys, under the same rules. A refusal is an
 * `Error` whose `name` is the API's error code.
 */
export class Recommender extends WorkerEntrypoint<RuntimeEnv> implements RecommenderBinding {
  #call(): Call {
    return {
      env: this.env,
      waitUntil: (work) => this.ctx.waitUntil(work),
      caller: BOUND_CALLER,
      // The shopper's request came to the storefront: where from, only its `country` tells.
      edgeCountry: null,
      requestId: crypto.randomUUID(),
    };
  }

  async #refusing<Value>(method: string, work: (call: Call) => Promise<Value>): Promise<Value> {
    const call = this.#call();
    try {
      return await work(call);
    } catch (error) {
      if (error instanceof ApiError) throw named(error.code, error.message);
      const { requestId } = call;
      logger.error("recommender_failed", { requestId, method, message: messageOf(error) });
      throw named(
        "internal_error",
        `Something went wrong on our side. If it stays, report the requestId ${requestId}.`,
      );
    }
  }

  recommend(request: RecommendationInput): Promise<RecommendationAnswer>;
  recommend(request: PageInput): Promise<PageAnswer>;
  recommend(input: unknown): Promise<RecommendationAnswer | PageAnswer> {
    const startedAt = Date.now();
    return this.#refusing("recommend", async (call) => {
      const request = parseRecommendationRequest(input);
      const sessionDeadlineMilliseconds = SESSION_DEADLINE_MILLISECONDS;
      const answered = await answer(
        { ...call, sessionDeadlineMilliseconds, texts: chooseTexts(request.locale) },
        request,
      );
      followUp(call, answered, startedAt);
      const [first] = answered.answers;
      // One answer a placement, and no request is without one.
      if (request.page || first === undefined) return { results: answered.answers };
      return first;
    });
  }

  track(input: EventsInput): Promise<EventsAnswer> {
    return this.#refusing("track", (call) =>
      takeEvents(call, parseInput(eventRequestSchema, asJson(input, EVENTS_BODY_MAX_BYTES))),
    );
  }
}
