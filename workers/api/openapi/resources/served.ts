import { z } from "zod";

import { listSchema } from "../../served.ts";
import { count, listOf, share, time } from "../answers.ts";
import type { Resource } from "../operation.ts";

const hour = z
  .strictObject({
    hour: time,
    answers: count.describe("Answers that were saved, those without items included."),
    items: count,
    degraded: count.describe("Answers of which a part was left out."),
    slow: count.describe("Answers that took more than 100 ms of our own time."),
    lost: count.describe("Answers that were given and could not be saved."),
    lost_share: share.nullable(),
  })
  .meta({ id: "ServedHour" });

/** `/v1/served`. */
export const served: Resource = {
  name: "Served",
  description: "What was recommended, by the hour (UTC) in which it was.",
  operations: [
    {
      method: "get",
      path: "/v1/served",
      id: "listServedHours",
      summary: "List hours, newest first",
      access: { kind: "server", scopes: ["analytics:read"] },
      query: listSchema,
      fields: { limit: "How many hours, whether anything was served in them or not." },
      answers: [
        {
          status: 200,
          description: "Hours.",
          schema: listOf(hour),
          example: {
            data: [
              {
                hour: "2026-11-21T10:00:00.000Z",
                answers: 1_204,
                items: 24_080,
                degraded: 2,
                slow: 0,
                lost: 0,
                lost_share: 0,
              },
            ],
            next_cursor: "1795251600000",
          },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { limit: "24" } },
    },
  ],
};
