import { z } from "zod";

import type { Resource } from "../operation.ts";

/** `/v1/health` and `/v1/ready`. */
export const health: Resource = {
  name: "Health",
  description: "Whether the Worker is up, and whether it can answer personally.",
  operations: [
    {
      method: "get",
      path: "/v1/health",
      id: "getHealth",
      summary: "Tell whether the Worker runs",
      access: { kind: "everybody" },
      answers: [
        {
          status: 200,
          description: "It runs.",
          schema: z.strictObject({ status: z.literal("ok") }),
          example: { status: "ok" },
        },
      ],
      example: {},
    },
    {
      method: "get",
      path: "/v1/ready",
      id: "getReadiness",
      summary: "Tell whether it can answer personally",
      description:
        "`503` until there is a catalogue and an active model. A source that is away does not make it unready.",
      access: { kind: "everybody" },
      answers: [
        {
          status: 200,
          description: "It can.",
          schema: z.strictObject({
            status: z.literal("ready"),
            catalogue: z.string().describe("Version of the catalogue snapshot."),
            model: z.string().describe("Version of the active model."),
          }),
          example: { status: "ready", catalogue: "20261121t100000000", model: "2026-11-21" },
        },
      ],
      refusals: ["not_ready"],
      example: {},
    },
  ],
};
