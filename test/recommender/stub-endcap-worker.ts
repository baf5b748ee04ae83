import { WorkerEntrypoint } from "cloudflare:workers";

import type {
  EventsAnswer,
  EventsInput,
  RecommendationAnswer,
  RecommendationInput,
} from "../../workers/recommender-types.ts";

/** What a storefront asked, in order. */
export interface StubCall {
  readonly method: "recommend" | "track";
  readonly input: unknown;
}

/** Longer than any page may wait. */
const SLOW_MILLISECONDS = 3_000;
const ATTACK = `<img src=x onerror="alert('1')">&amp;</li></ul>`;

let calls: StubCall[] = [];

type Item = RecommendationAnswer["shelves"][number]["items"][number]["item"];

function answerWith(item: Partial<Item>, itemId = "i-1", text = "Popular"): RecommendationAnswer {
  const shown: Item = {
    name: "A ship",
    price: 9.5,
    currency: "EUR",
    category: "Ships",
    image: null,
    url: null,
    ...item,
  };
  return {
    recommendation_id: "answer-1",
    placement: "product",
    model_version: null,
    degraded: null,
    shelves: [
      {
        strategy: "similar",
        title: text,
        items: [{ item_id: itemId, score: 1, reason: { code: "similar", text }, item: shown }],
      },
    ],
  };
}

/** Answers as the page's item says. */
export class Recommender extends WorkerEntrypoint {
  async recommend(input: RecommendationInput): Promise<RecommendationAnswer> {
    calls.push({ method: "recommend", input });
    switch (input.item_id ?? "") {
      case "slow":
        await scheduler.wait(SLOW_MILLISECONDS);
        return answerWith({});
      case "broken":
        throw new Error("Endcap is out of order.");
      case "nothing":
        return { ...answerWith({}), shelves: [] };
      case "odd":
        return answerWith({ currency: "no currency" });
      case "hostile": {
        const url = "javascript:alert(1)";
        return answerWith({ name: ATTACK, url, image: `${url}//"onload="` }, ATTACK, ATTACK);
      }
      case "linked":
        return answerWith({ url: "/ships/a?x=1&y=2", image: "https://img.example/a.png" });
      default:
        return answerWith({});
    }
  }

  track(input: EventsInput): EventsAnswer {
    calls.push({ method: "track", input });
    if (JSON.stringify(input).includes("broken")) throw new Error("Endcap is out of order.");
    return { accepted: 1, duplicates: 0, suppressed: 0, rejected: [] };
  }
}

/** Gives and clears the record of calls. */
export default {
  fetch() {
    const answer = Response.json(calls);
    calls = [];
    return answer;
  },
} satisfies ExportedHandler;
