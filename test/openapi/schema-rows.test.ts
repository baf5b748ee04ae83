import { expect, it } from "vitest";
import { z } from "zod";

import { jsonSchemaOf } from "../../workers/api/openapi/json-schema.ts";
import { schemaRows } from "../../workers/api/openapi/pages/schema-rows.ts";

function rowsOf(schema: z.ZodType): string[] {
  const named = new Map();
  const json = jsonSchemaOf(schema, "input", named);
  return schemaRows(json, Object.fromEntries(named)).map(
    ({ path, type, required }) => `${path}: ${type}${required ? "" : ", optional"}`,
  );
}

it("tells members of members, of lists and of named schemas by where they stand", () => {
  const line = z
    .strictObject({ item_id: z.string().min(1).max(9), price: z.number().optional() })
    .meta({ id: "TestLine" });
  const order = z.strictObject({ at: z.iso.datetime(), lines: z.array(line).max(3), note: z.string().nullable() });
  expect(rowsOf(order)).toEqual([
    "at: time",
    "lines: list, at most 3 of object",
    "lines[].item_id: text, 1–9 characters",
    "lines[].price: number, optional",
    "note: text | null",
  ]);
});

it("calls required only what every alternative requires; null is none", () => {
  const one = z.strictObject({ limit: z.int().min(1).max(5), placement: z.string() });
  const page = z.strictObject({ limit: z.int().min(1).max(5), placements: z.array(z.string()) });
  expect(rowsOf(z.union([one, page]))).toEqual([
    "limit: integer, 1–5",
    "placement: text, optional",
    "placements: list of text, optional",
  ]);
  expect(rowsOf(z.strictObject({ inner: one.nullable() }))).toContain("inner.placement: text");
});
