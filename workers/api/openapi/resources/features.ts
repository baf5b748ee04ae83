import { z } from "zod";

import { FEATURE_ENTITIES, FEATURE_STATES } from "../../../../domain/sync/feature-catalogue.ts";
import { listSchema } from "../../features.ts";
import { count, featureValue, listOf, share, time } from "../answers.ts";
import type { Resource } from "../operation.ts";

const feature = z
  .strictObject({
    entity: z.enum(FEATURE_ENTITIES),
    name: z.string(),
    kind: z.string(),
    state: z.enum(FEATURE_STATES),
    was: z.string().nullable().describe("The name that the configuration says it had before."),
    first_seen_at: time,
    last_seen_at: time,
    rows: count.nullable().describe("Of how many rows the figures are; null before they were counted."),
    null_share: share.nullable(),
    distinct: count.nullable(),
    min: featureValue,
    max: featureValue,
    counted_at: time.nullable(),
  })
  .meta({ id: "Feature" });

/** `/v1/features`. */
export const features: Resource = {
  name: "Features",
  description: "What models can be trained on.",
  operations: [
    {
      method: "get",
      path: "/v1/features",
      id: "listFeatures",
      summary: "List features of users and items",
      access: { kind: "anyOf", scopes: ["exports:read", "sync:run"] },
      query: listSchema,
      fields: {
        entity: "Only features of these.",
        state:
          "`active`: in the synced rows; `proposed`: a person's column that nobody has configured; `gone`: the source has it no more.",
      },
      answers: [
        {
          status: 200,
          description: "Features, by entity and name.",
          schema: listOf(feature),
          example: {
            data: [
              {
                entity: "users",
                name: "creditLimit",
                kind: "number",
                state: "active",
                was: null,
                first_seen_at: "2026-11-21T10:00:00.000Z",
                last_seen_at: "2026-11-28T09:00:00.000Z",
                rows: 122,
                null_share: 0,
                distinct: 77,
                min: 0,
                max: 227600,
                counted_at: "2026-11-28T09:00:02.000Z",
              },
            ],
            next_cursor: null,
          },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { entity: "users", state: "active" } },
    },
  ],
};
