import { expect, expectTypeOf, it } from "vitest";

import type { Recommender } from "../../workers/recommender.ts";
import type {
  EventsAnswer,
  PageAnswer,
  RecommendationAnswer,
  RecommenderBinding,
} from "../../workers/recommender-types.ts";

// What is checked here, the compiler checks: at run time nothing of it is left.
const binding = undefined as unknown as RecommenderBinding;
const calls = {
  one: () => binding.recommend({ placement: "product", item_id: "a", limit: 6, consent: "personalization" }),
  page: () => binding.recommend({ placements: [{ placement: "home" }, { placement: "cart", limit: 3 }] }),
  events: () => binding.track({ client_id: "c", events: [{ event_id: "e", name: "view_item" }] }),
  // @ts-expect-error -- nobody is asked for nothing
  neither: () => binding.recommend({ limit: 6 }),
  // @ts-expect-error -- the binding is the proof
  key: () => binding.recommend({ placement: "home", key: "sk_…" }),
  // @ts-expect-error -- misspelt
  misspelt: () => binding.recommend({ placement: "product", item: "a" }),
};

it("types what a storefront asks and gets, and is what the entrypoint is", () => {
  expectTypeOf<ReturnType<typeof calls.one>>().resolves.toEqualTypeOf<RecommendationAnswer>();
  expectTypeOf<ReturnType<typeof calls.page>>().resolves.toEqualTypeOf<PageAnswer>();
  expectTypeOf<ReturnType<typeof calls.events>>().resolves.toEqualTypeOf<EventsAnswer>();
  expectTypeOf<RecommendationAnswer["shelves"][number]["items"][number]["item_id"]>().toEqualTypeOf<string>();
  expectTypeOf<Pick<Recommender, "recommend" | "track">>().toExtend<RecommenderBinding>();
  expect(Object.keys(calls)).toHaveLength(6);
});
