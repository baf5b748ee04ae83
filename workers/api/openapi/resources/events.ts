import { z } from "zod";

import { eventQuerySchema, eventRequestSchema } from "../../../../domain/events/event-request.ts";
import { eventSchema } from "../../../../domain/events/judge-event.ts";
import { EVENTS_PER_REQUEST_MAX } from "../../../../domain/events/limits.ts";
import { count } from "../answers.ts";
import type { Resource } from "../operation.ts";

const { shape } = eventSchema;
const event = eventSchema
  .extend({
    event_id: shape.event_id.describe("Unique; the same again is the same event."),
    name: shape.name.describe("One of those above, or one that the shop's configuration adds."),
    timestamp: shape.timestamp.describe("When it happened; where it is left out, now."),
    params: shape.params.describe("What the name needs, and whatever else is to be kept."),
  })
  .meta({ id: "Event" });

/** The envelope, with what its events are judged by one by one: the route lets the others pass where one is bad. */
const bodySchema = eventRequestSchema.extend({ events: z.array(event).min(1).max(EVENTS_PER_REQUEST_MAX) });

/** What each event's name needs: the reference and docs/api.md show it. */
export const EVENT_NAMES_TABLE = `| name | needs in \`params\` |
| --- | --- |
| \`view_item\` \`add_to_cart\` \`remove_from_cart\` \`add_to_wishlist\` \`select_item\` \`begin_checkout\` | \`items\` |
| \`view_item_list\` | \`items\`; an impression only with \`recommendation_id\` |
| \`purchase\` \`refund\` | \`transaction_id\`, \`currency\`, \`items\` with \`price\` and \`quantity\` |
| \`rate_item\` | \`items\`, \`rating\` 1–5 |
| \`search\` | \`search_term\` |`;

const rejected = z.strictObject({
  index: count.describe("Place of the event in the request."),
  event_id: z.string().nullable(),
  code: z.string().describe("Such as `unknown_event`, `invalid_params`, `timestamp_out_of_range`."),
  message: z.string(),
});

/** `/v1/events`. */
export const events: Resource = {
  name: "Events",
  description: "What shoppers do, in GA4's words.",
  operations: [
    {
      method: "post",
      path: "/v1/events",
      id: "sendEvents",
      summary: "Send events",
      description:
        "At most 128 KB, 100 events, 200 items an event; `application/json`, or `text/plain` for beacons. `202` means that the " +
        "events are on disk: each counts exactly once, whatever is retried, and the same shopper's next recommendation sees " +
        "them. An event that is not in order comes back in `rejected` and costs no other.\n\n" +
        EVENT_NAMES_TABLE +
        "\n\n`recommendation_id` on any event names the answer that it followed from.",
      access: { kind: "shopper", scope: "events:write" },
      query: eventQuerySchema,
      body: { schema: bodySchema },
      fields: {
        session_id: "The shop's own name for the visit.",
        country: "Where the shopper is (ISO 3166-1 alpha-2), where your server sends for them.",
        consent: "What the shopper agreed to; remembered.",
        events: "What happened, in order.",
      },
      answers: [
        {
          status: 202,
          description: "The events are durable.",
          schema: z
            .strictObject({
              accepted: count,
              duplicates: count.describe("Events that had come before."),
              suppressed: count.describe("Events that the shopper agreed to nothing for: they are dropped."),
              rejected: z.array(rejected),
            })
            .meta({ id: "TakenEvents" }),
          example: { accepted: 1, duplicates: 0, suppressed: 0, rejected: [] },
        },
      ],
      refusals: [
        "shopper_token_required",
        "invalid_token",
        "session_full",
        "ledger_shards_changed",
        "temporarily_unavailable",
      ],
      example: {
        body: {
          client_id: "k7Jq2mX0aPzR4tYbW9cLdE",
          consent: { personalization: true, analytics: true },
          events: [
            {
              event_id: "0192f1a4-6f0e-7c2b-9a51-3d1f0c7e5b10",
              name: "view_item",
              params: { items: [{ item_id: "S18_2238" }] },
            },
          ],
        },
      },
    },
  ],
};
