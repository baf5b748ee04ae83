import { z } from "zod";

import { describeSentForm } from "./sent-form.ts";

/** A schema or a part of one, as JSON Schema 2020-12 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Named schemas that others refer to. */
export type NamedSchemas = Map<string, JsonSchema>;

const REFERENCE = "#/$defs/";

/** What zod says and nobody who reads the document needs. */
const NOISE = new Set(["$schema", "$id", "id"]);

/** A record of known names is an object of them: zod says so by what its names may be. */
function withNamedProperties(schema: Record<string, unknown>): Record<string, unknown> {
  const names = (schema["propertyNames"] as { enum?: string[] } | undefined)?.enum;
  if (names === undefined) return schema;
  const { additionalProperties: cell, propertyNames: _, ...rest } = schema;
  return { ...rest, properties: Object.fromEntries(names.map((name) => [name, cell])) };
}

function tidy(value: unknown, from: "input" | "output"): unknown {
  if (Array.isArray(value)) return value.map((one) => tidy(one, from));
  if (typeof value !== "object" || value === null) return value;
  const schema = withNamedProperties(value as Record<string, unknown>);
  const entries = Object.entries(schema).filter(([key, inner]) => {
    if (NOISE.has(key) && typeof inner === "string") return false;
    // The pattern of a date-time is a page long, and says what the format says.
    if (key === "pattern" && (schema["format"] === "date-time" || schema["format"] === "uuid")) return false;
    // Answers may gain members at any time: a client that refuses those it does not know would break by it.
    if (key === "additionalProperties" && inner === false) return from === "input";
    // Names of features are any text: nothing is learned from being told so.
    return key !== "propertyNames";
  });
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      if (key === "$ref" && typeof inner === "string") return [key, inner.replace(REFERENCE, "#/components/schemas/")];
      return [key, key === "examples" || key === "default" ? inner : tidy(inner, from)];
    }),
  );
}

/**
 * A zod schema as JSON Schema.
 * @param from `input` for what callers send, before anything is transformed; `output` for what they get
 * @param named collects schemas that have an id of their own: they are referred to
 */
export function jsonSchemaOf(schema: z.ZodType, from: "input" | "output", named: NamedSchemas): JsonSchema {
  // Inside another schema, so that one with an id is a reference too.
  const whole = z.toJSONSchema(z.object({ it: schema }), {
    io: from,
    unrepresentable: "any",
    override: (part) => from === "input" && describeSentForm(part),
  });
  const { $defs = {}, properties } = tidy(whole, from) as {
    $defs?: Record<string, JsonSchema>;
    properties: { it: JsonSchema };
  };
  for (const [name, definition] of Object.entries($defs)) named.set(name, definition);
  return properties.it;
}
