import { z } from "zod";

import { batchSchema } from "../../recommendations/batch-request.ts";
import { pageSchema, singleSchema } from "../../recommendations/request.ts";
import { querySchema as similarSchema } from "../../recommendations/similar.ts";
import { featureValue } from "../answers.ts";
import type { Resource } from "../operation.ts";

const display = z
  .object({
    name: z.string(),
    price: z.number(),
    currency: z.string(),
    category: z.string(),
    image: z.string().nullable(),
    url: z.string().nullable(),
  })
  .catchall(featureValue)
  .meta({
    id: "ItemDisplay",
    description: "What shoppers may see of an item, with the columns that the shop made public.",
  });

const recommendedItem = z
  .strictObject({
    item_id: z.string(),
    score: z.number().describe("Higher is better; comparable within a shelf."),
    reason: z.strictObject({
      code: z.string().describe("Why the item is shown, for programs."),
      item_id: z.string().optional().describe("The item that the reason speaks of."),
      text: z.string().describe("The same for shoppers, in their language."),
    }),
    item: display,
  })
  .meta({ id: "RecommendedItem" });

const shelf = z
  .strictObject({
    strategy: z.enum(["similar", "together", "profile", "trending", "popular"]),
    title: z.string(),
    seed: z.strictObject({ item_id: z.string() }).optional().describe("The one item that the shelf starts from."),
    items: z.array(recommendedItem),
  })
  .meta({ id: "Shelf" });

const answer = z
  .strictObject({
    recommendation_id: z.string().describe("Send it back with events about the answer's items."),
    placement: z.string(),
    model_version: z.string().nullable(),
    degraded: z.array(z.string()).nullable().describe("Parts that were late or away; null when none was."),
    shelves: z.array(shelf),
    explain: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("Only where it was asked for. May change at any time."),
  })
  .meta({ id: "Recommendations" });
const page = z.strictObject({ results: z.array(answer) }).meta({ id: "RecommendationsOfPage" });

const batch = z
  .strictObject({
    results: z.array(
      z.union([
        answer.extend({ user_id: z.string() }).meta({ id: "RecommendationsOfUser" }),
        z
          .strictObject({ user_id: z.string(), error: z.strictObject({ code: z.string(), message: z.string() }) })
          .meta({ id: "UserWithoutRecommendations" }),
      ]),
    ),
  })
  .meta({ id: "RecommendationsOfUsers" });

const exampleItem = {
  item_id: "S24_2887",
  score: 0.79,
  reason: { code: "viewed", item_id: "S18_2238", text: "Because you viewed 1962 Lancia Delta" },
  item: {
    name: "1952 Citroen-15CV",
    price: 117.44,
    currency: "USD",
    category: "Classic Cars",
    image: "https://shop.example/S24_2887.jpg",
    url: "https://shop.example/items/S24_2887",
  },
};
const exampleAnswer = {
  recommendation_id: "AbKq83hfQ2mZ.eyJwIjoiaG9tZSJ9",
  placement: "home",
  model_version: "2026-11-21",
  degraded: null,
  shelves: [
    {
      strategy: "similar",
      title: "Because you viewed 1962 Lancia Delta",
      seed: { item_id: "S18_2238" },
      items: [exampleItem],
    },
  ],
};

const FIELDS = {
  placement: "Where in the shop the shelves are to stand.",
  item_id: "The page's item.",
  cart: "What is in the cart; where it is left out, the session's cart.",
  exclude: "Items to leave out.",
  filter: "Clauses that must all hold, separated by commas: `category:Ships|Trains`, `min_price:10`, `max_price:99.5`.",
  country: "ISO 3166-1 alpha-2; where it is left out, the user's, else where the request comes from.",
  locale: "Language of titles and reasons (BCP 47).",
  limit: "Items a shelf.",
  consent: "What the shopper agreed to. In a query, the purposes that were granted, separated by commas.",
  explain: "Secret keys: adds what the answer was made from.",
  features: "Secret keys: an object that wins over the stored features for this answer; in a query, its JSON.",
  placements: "Up to five, for a whole page: no item comes twice on it.",
  id: "The item's id.",
};

/** Of a call that shoppers' browsers make themselves. */
const ACCEPTED_LANGUAGES = {
  "accept-language": "Languages that the shopper reads: the first that is there, where `locale` says none.",
};
const ANSWER_LANGUAGE = { "content-language": "The language of titles and reasons (BCP 47)." };

/** `/v1/recommendations` and what is similar to an item. */
export const recommendations: Resource = {
  name: "Recommendations",
  description:
    "What a shopper may want next, in shelves, with a reason for every item. An answer never fails for want of a part: " +
    "what is late or away is left out and named in `degraded`. Shoppers, items and users that nobody knows are cold " +
    "starts, not errors.",
  operations: [
    {
      method: "get",
      path: "/v1/recommendations",
      id: "getRecommendations",
      summary: "Recommend for one placement",
      access: { kind: "shopper", scope: "recommendations:read" },
      query: singleSchema,
      headers: ACCEPTED_LANGUAGES,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "Shelves, best first.",
          headers: ANSWER_LANGUAGE,
          schema: answer,
          example: exampleAnswer,
        },
      ],
      refusals: ["unknown_placement", "shopper_token_required", "invalid_token", "secret_key_required"],
      example: { query: { placement: "home", user_id: "489", limit: "4" } },
    },
    {
      method: "post",
      path: "/v1/recommendations",
      id: "postRecommendations",
      summary: "Recommend for one placement or a whole page",
      description:
        "Takes what `GET` takes, as members of a body; lists are lists. With `placements` instead of `placement` it " +
        "answers `results`, one for each.",
      access: { kind: "shopper", scope: "recommendations:read" },
      body: { schema: z.union([pageSchema, singleSchema]) },
      headers: ACCEPTED_LANGUAGES,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "One answer, or one for each placement.",
          headers: ANSWER_LANGUAGE,
          schema: z.union([page, answer]),
          example: { results: [exampleAnswer] },
        },
      ],
      refusals: ["unknown_placement", "shopper_token_required", "invalid_token", "secret_key_required"],
      example: {
        body: {
          client_id: "k7Jq2mX0aPzR4tYbW9cLdE",
          consent: { personalization: true, analytics: true },
          country: "FR",
          placements: [{ placement: "product", item_id: "S18_2238", limit: 6 }, { placement: "cart" }],
        },
      },
    },
    {
      method: "post",
      path: "/v1/recommendations/batch",
      id: "postRecommendationsBatch",
      summary: "Recommend for a list of users",
      description:
        "Up to 100 users a call, each as on a page of their own, and saved as served like one. A user who cannot be " +
        "answered has an `error` and costs the others nothing.",
      access: { kind: "server", scopes: ["recommendations:read"] },
      body: { schema: batchSchema },
      fields: { ...FIELDS, users: "Users, by the shop's own ids." },
      answers: [
        {
          status: 200,
          description: "An answer or an error for each user, in their order.",
          headers: ANSWER_LANGUAGE,
          schema: batch,
          example: {
            results: [
              { user_id: "489", ...exampleAnswer },
              {
                user_id: "490",
                error: {
                  code: "temporarily_unavailable",
                  message: "This user's session could not be asked. Ask for them again.",
                },
              },
            ],
          },
        },
      ],
      refusals: ["unknown_placement"],
      example: { body: { placement: "home", users: ["489", "490"], limit: 10 } },
    },
    {
      method: "get",
      path: "/v1/items/{id}/similar",
      id: "getSimilarItems",
      summary: "List what is similar to an item",
      description: "One shelf's items, from the item alone. An item that nobody knows gets popular ones.",
      access: { kind: "shopper", scope: "recommendations:read" },
      query: similarSchema,
      headers: ACCEPTED_LANGUAGES,
      fields: { ...FIELDS, limit: "How many." },
      answers: [
        {
          status: 200,
          description: "Items, best first.",
          headers: ANSWER_LANGUAGE,
          schema: z.strictObject({ items: z.array(recommendedItem) }),
          example: {
            items: [
              {
                ...exampleItem,
                reason: { code: "similar", item_id: "S18_2238", text: "Similar to 1962 Lancia Delta" },
              },
            ],
          },
        },
      ],
      example: { path: { id: "S18_2238" }, query: { limit: "4" } },
    },
  ],
};
