import { z } from "zod";

import { requestSchema } from "../../lake.ts";
import { count } from "../answers.ts";
import type { Resource } from "../operation.ts";

const EXAMPLE_ID = "4f0d7f0a-6f0e-4c2b-9a51-3d1f0c7e5b10";

/** `/v1/lake`. */
export const lake: Resource = {
  name: "Lake",
  description: "The small files of closed hours become few large ones. Once a night that happens by itself.",
  operations: [
    {
      method: "post",
      path: "/v1/lake/compaction",
      id: "startCompaction",
      summary: "Start a compaction",
      access: { kind: "server", scopes: ["admin"] },
      query: requestSchema,
      fields: {
        table: "Only this table.",
        from: "Only hours that begin then or later, also such as were looked at before.",
        to: "Only hours that begin before.",
      },
      answers: [
        {
          status: 202,
          description: "It was created.",
          schema: z.strictObject({ id: z.string() }),
          example: { id: EXAMPLE_ID },
        },
      ],
      example: { query: { table: "events", from: "2026-11-21T00:00:00Z" } },
    },
    {
      method: "get",
      path: "/v1/lake/compaction/{id}",
      id: "getCompaction",
      summary: "Tell how a compaction is",
      access: { kind: "server", scopes: ["admin"] },
      fields: { id: "As `POST /v1/lake/compaction` answered it." },
      answers: [
        {
          status: 200,
          description: "How far it is, and how many hours were compacted, swept and refused.",
          schema: z
            .strictObject({
              id: z.string(),
              state: z.enum(["running", "complete", "failed"]),
              result: z
                .strictObject({
                  compacted: count,
                  swept: count,
                  refused: count,
                  continued_as: z.string().nullable().describe("The run that goes on where this one had to stop."),
                })
                .nullable(),
              error: z.string().nullable(),
            })
            .meta({ id: "Compaction" }),
          example: {
            id: EXAMPLE_ID,
            state: "complete",
            result: { compacted: 12, swept: 3, refused: 0, continued_as: null },
            error: null,
          },
        },
      ],
      refusals: ["not_found"],
      example: { path: { id: EXAMPLE_ID } },
    },
  ],
};
