import { z } from "zod";

import { MODEL_STATES } from "../../../../domain/models/lifecycle.ts";
import { listSchema, publishSchema, shadowSchema } from "../../models.ts";
import { listOf, share, time } from "../answers.ts";
import type { Operation, Resource } from "../operation.ts";
import { EXAMPLE_COMPARED, shadowReport } from "./shadow-report.ts";

const modelFields = {
  version: z.string(),
  state: z.enum(MODEL_STATES),
  previous: z.boolean().describe("True for the one that a roll-back goes to."),
  shadow_share: share.nullable(),
  problems: z.array(z.string()).describe("Why it was refused."),
  description: z.string().nullable(),
  dimension: z.int().nullable(),
  metric: z.enum(["dot", "cosine"]).nullable(),
  metrics: z.record(z.string(), z.number()),
  source_export: z.string().nullable(),
  files: z.record(z.string(), z.strictObject({ sha256: z.string(), bytes: z.int() })),
  published_at: time,
  activated_at: time.nullable(),
  retired_at: time.nullable(),
};
const model = z.strictObject(modelFields).meta({ id: "Model" });

const EXAMPLE = {
  version: "2026-11-21",
  state: "indexed",
  previous: false,
  shadow_share: null,
  problems: [],
  description: "Two towers, 64 dimensions.",
  dimension: 64,
  metric: "cosine",
  metrics: { ndcg: 0.2341 },
  source_export: "20261116t030000000-0123abcd",
  files: {
    "weights.safetensors": {
      sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      bytes: 183_204,
    },
  },
  published_at: "2026-11-21T10:00:00.000Z",
  activated_at: null,
  retired_at: null,
};
const FIELDS = {
  version: "The version's name, which is its folder's.",
  share: "Of how many of the requests, 0 to 1.",
};
const MAY_CHANGE = { kind: "server", scopes: ["models:write"] } as const;

function switchOperation(
  operation: Pick<Operation, "path" | "id" | "summary" | "description" | "refusals" | "example"> &
    Pick<Operation, "body">,
  state: (typeof MODEL_STATES)[number],
): Operation {
  return {
    method: "post",
    access: MAY_CHANGE,
    fields: FIELDS,
    answers: [
      { status: 200, description: "The version, as it is then.", schema: model, example: { ...EXAMPLE, state } },
    ],
    ...operation,
  };
}

/** `/v1/models`. */
export const models: Resource = {
  name: "Models",
  description:
    "Publish, look, activate, roll back, shadow, retire. A switch is felt in every isolate within 10 seconds.",
  operations: [
    {
      method: "post",
      path: "/v1/models",
      id: "publishModel",
      summary: "Publish an uploaded model",
      description:
        "Its folder in the bucket `MODELS` is validated and indexed. A version that was ever ready keeps its files: others " +
        "are `409`.",
      access: MAY_CHANGE,
      body: { schema: publishSchema },
      fields: FIELDS,
      answers: [
        {
          status: 202,
          description: "It is being validated.",
          schema: model,
          example: { ...EXAMPLE, state: "published", dimension: null, metric: null },
        },
      ],
      refusals: ["not_found", "conflict"],
      example: { body: { version: "2026-11-21" } },
    },
    {
      method: "get",
      path: "/v1/models",
      id: "listModels",
      summary: "List models",
      access: MAY_CHANGE,
      query: listSchema,
      answers: [
        {
          status: 200,
          description: "Models, by name.",
          schema: listOf(model),
          example: { data: [EXAMPLE], next_cursor: null },
        },
      ],
      refusals: ["invalid_cursor"],
      example: { query: { limit: "10" } },
    },
    {
      method: "get",
      path: "/v1/models/{version}",
      id: "getModel",
      summary: "Look at a model",
      access: MAY_CHANGE,
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "The model.",
          schema: z
            .strictObject({
              ...modelFields,
              serving_as: z
                .enum(["active", "shadow"])
                .nullable()
                .describe("What the isolate that answered does with it at this moment."),
            })
            .meta({ id: "ServedModel" }),
          example: { ...EXAMPLE, state: "active", activated_at: "2026-11-21T11:00:00.000Z", serving_as: "active" },
        },
      ],
      refusals: ["not_found"],
      example: { path: { version: "2026-11-21" } },
    },
    switchOperation(
      {
        path: "/v1/models/{version}/activate",
        id: "activateModel",
        summary: "Let a model serve",
        description:
          "The one before becomes `previous`. Waits up to 25 s until the present snapshot has its embeddings, then `503`: " +
          "nothing was switched.",
        refusals: ["not_found", "conflict", "temporarily_unavailable"],
        example: { path: { version: "2026-11-21" } },
      },
      "active",
    ),
    switchOperation(
      {
        path: "/v1/models/rollback",
        id: "rollBackModel",
        summary: "Let the model before serve again",
        description: "Twice leads forth. `409` when there is none.",
        refusals: ["not_found", "conflict"],
        example: {},
      },
      "active",
    ),
    switchOperation(
      {
        path: "/v1/models/{version}/shadow",
        id: "startShadow",
        summary: "Let a model rank beside the active one",
        body: { schema: shadowSchema },
        refusals: ["not_found", "conflict", "temporarily_unavailable"],
        example: { path: { version: "2026-11-21" }, body: { share: 0.1 } },
      },
      "shadow",
    ),
    {
      method: "get",
      path: "/v1/models/{version}/shadow",
      id: "getShadow",
      summary: "Compare a shadow with the active model",
      access: { kind: "anyOf", scopes: ["analytics:read", "models:write"] },
      fields: FIELDS,
      answers: [
        {
          status: 200,
          description: "How it compared, the newest first.",
          schema: shadowReport,
          example: EXAMPLE_COMPARED,
        },
      ],
      refusals: ["not_found"],
      example: { path: { version: "2026-11-21" } },
    },
    {
      method: "delete",
      path: "/v1/models/shadow",
      id: "endShadow",
      summary: "End the shadow",
      access: MAY_CHANGE,
      answers: [
        {
          status: 200,
          description: "Which version was it; null when there was none.",
          schema: z.strictObject({ ended: z.string().nullable() }),
          example: { ended: "2026-11-21" },
        },
      ],
      example: {},
    },
    switchOperation(
      {
        path: "/v1/models/{version}/retire",
        id: "retireModel",
        summary: "Take a model out of service for good",
        description: "Its vectors are deleted within minutes; its folder stays. `409` for the active one.",
        refusals: ["not_found", "conflict", "temporarily_unavailable"],
        example: { path: { version: "2026-11-21" } },
      },
      "retired",
    ),
  ],
};
