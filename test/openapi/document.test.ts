import { describe, expect, it } from "vitest";

import { openApiDocument } from "../../workers/api/openapi/document.ts";
import { OPERATIONS } from "../../workers/api/openapi/resources.ts";
import { lint } from "./lint.ts";

const DOCUMENT = openApiDocument();

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

  it("is the same whatever shop it is made for: nothing of its configuration is in it", () => {
    expect(JSON.stringify(DOCUMENT)).not.toMatch(/"default":"(Europe|UTC)/);
  });
});
