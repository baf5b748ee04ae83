import { describe, expect, it } from "vitest";
import { z } from "zod";

import { openApiDocument } from "../../workers/api/openapi/document.ts";
import type { JsonSchema } from "../../workers/api/openapi/json-schema.ts";
import { OPERATIONS } from "../../workers/api/openapi/resources.ts";
import { batchSchema } from "../../workers/api/recommendations/batch-request.ts";
import { pageSchema, singleSchema } from "../../workers/api/recommendations/request.ts";
import { lint } from "./lint.ts";

type JsonSchemaOfZod = Parameters<typeof z.fromJSONSchema>[0];

const DOCUMENT = openApiDocument();

/** What the tests below read of a call. */
interface DescribedCall {
  readonly parameters: readonly unknown[];
  readonly requestBody: { readonly content: { readonly "application/json": { readonly schema: JsonSchema } } };
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>;
}

function describedCall(method: "get" | "post", path: string): DescribedCall {
  return (DOCUMENT["paths"] as Record<string, Record<string, unknown>>)[path]?.[method] as DescribedCall;
}

describe("the document", () => {
  it("passes a public linter, warnings included", async () => {
    expect(await lint(DOCUMENT)).toEqual([]);
  });

  it("would not pass it with a reference to nothing", async () => {
    const broken = JSON.parse(
      JSON.stringify(DOCUMENT).replaceAll('#/components/schemas/Shelf"', '#/components/schemas/Nothing"'),
    );
    expect((await lint(broken)).join("\n")).toContain("no-unresolved-refs");
  });

  it.each(OPERATIONS.flatMap(({ id, answers }) => answers.map((answer) => [id, answer] as const)))(
    "%s shows an answer that its schema describes",
    (_, { schema, example }) => {
      if (schema === null) return expect(example).toBeUndefined();
      return expect(schema.safeParse(example).error?.issues ?? []).toEqual([]);
    },
  );

  it.each(OPERATIONS.map((operation) => [operation.id, operation] as const))(
    "%s shows a request that it takes",
    (_, { query, body, example }) => {
      expect(query?.safeParse(example.query ?? {}).error?.issues ?? []).toEqual([]);
      expect(body?.schema.safeParse(example.body).error?.issues ?? []).toEqual([]);
    },
  );

  it("lets a share be unknown, as where more clicks came than was shown", () => {
    const { schema, example } = OPERATIONS.find(({ id }) => id === "reportRecommendations")?.answers[0] ?? {};
    const { data, ...rest } = example as { data: object[] };
    const answer = {
      ...rest,
      data: data.map((row) => ({ ...row, click_through: null, click_through_low: null, click_through_high: null })),
    };
    expect(schema?.safeParse(answer).success).toBe(true);
  });

  it("is the same whatever shop it is made for: nothing of its configuration is in it", () => {
    expect(JSON.stringify(DOCUMENT)).not.toMatch(/"default":"(Europe|UTC)/);
  });

  it("has no default that its own schema would refuse", () => {
    const defaults: string[] = [];
    const look = (part: unknown, place: string): void => {
      if (typeof part !== "object" || part === null) return;
      if ("default" in part && "type" in part) {
        const isTaken = z.fromJSONSchema(part as JsonSchemaOfZod).safeParse(part.default).success;
        defaults.push(...(isTaken ? [] : [`${place}: ${JSON.stringify(part.default)}`]));
      }
      for (const [name, inner] of Object.entries(part)) look(inner, `${place}/${name}`);
    };
    look(DOCUMENT["paths"], "");
    expect(defaults).toEqual([]);
  });

  it("says of a recommendation's body what it is held to, as of a query", () => {
    const bodyOf = (path: string) =>
      z.fromJSONSchema(describedCall("post", path).requestBody.content["application/json"].schema);
    const ids = (count: number) => Array.from({ length: count }, (_, n) => `item-${n}`);
    const refused = [
      { limit: 51 },
      { limit: 0 },
      { limit: 1.5 },
      { placement: "footer" },
      { exclude: ids(201) },
      { exclude: ["x".repeat(129)] },
    ];
    const batch = { placement: "home", users: ["1"] };
    for (const [path, ours, plain] of [
      ["/v1/recommendations", z.union([pageSchema, singleSchema]), { placement: "home" }],
      ["/v1/recommendations/batch", batchSchema, batch],
    ] as const) {
      const described = bodyOf(path);
      expect(described.safeParse({ ...plain, limit: 50, exclude: ids(200) }).success).toBe(true);
      for (const wrong of refused) {
        expect(described.safeParse({ ...plain, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
        // The name of a placement is refused later, with a code of its own.
        if (!("placement" in wrong)) expect(ours.safeParse({ ...plain, ...wrong }).success).toBe(false);
      }
    }
    expect(bodyOf("/v1/recommendations").safeParse({ placement: "cart", cart: ids(101) }).success).toBe(false);
  });

  it("names the headers by which a language is asked for and told", () => {
    const { parameters, responses } = describedCall("get", "/v1/recommendations");
    expect(parameters).toContainEqual(expect.objectContaining({ name: "accept-language", in: "header" }));
    expect(Object.keys(responses["200"]?.headers ?? {})).toEqual(["content-language"]);
  });
});
