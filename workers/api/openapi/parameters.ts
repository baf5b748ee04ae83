import { z } from "zod";

import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import type { Operation } from "./operation.ts";
import { isPlainDefault } from "./sent-form.ts";

/** A parameter as OpenAPI has it. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly style?: "form";
  readonly explode?: false;
}

/** What names mean that many calls take. */
const COMMON: Readonly<Record<string, string>> = {
  limit: "How many to list at most.",
  cursor: "Where to go on: `next_cursor` of the page before, as it was.",
  key: "A publishable key, for callers that can set no headers.",
  token: "A shopper token: proves `user_id`.",
  client_id: "An anonymous shopper: randomness that the browser made.",
  user_id: "A known customer, by the shop's own id.",
  period: "A range that ends now; instead of `from` and `to`.",
  from: "Where the range begins: a date or an ISO 8601 time with its zone.",
  to: "Where the range ends, exclusive; now where it is left out or later. A time is cut to the hour that holds it, as `from` is.",
  timezone: "In which zone days begin, such as `Europe/Amsterdam`; where it is left out, in the shop's.",
  format: "`csv` for a table; `Accept: text/csv` asks for the same.",
  interval: "How long a row's time is.",
};

/** Defaults that are the shop's configuration: the document is every shop's. */
const CONFIGURED = new Set(["timezone"]);

/** The object inside a query's schema, whatever it becomes afterwards. */
function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  if (schema instanceof z.ZodPipe) return shapeOf(schema.def.in as z.ZodType);
  if (schema instanceof z.ZodObject) return schema.shape;
  throw new Error("A query is described by an object.");
}

/**
 * What a text of a query has to be. Where texts and other values are taken, as in a query or a body, only what a text
 * can say counts; where a text becomes a number or a list, the document speaks of those.
 */
function textSchemaOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return textSchemaOf(schema.def.innerType as z.ZodType);
  if (schema instanceof z.ZodUnion) return textSchemaOf(schema.options.at(-1) as z.ZodType);
  if (!(schema instanceof z.ZodPipe)) return schema;
  const after = schema.def.out as z.ZodType;
  return after instanceof z.ZodArray || after instanceof z.ZodNumber ? after : textSchemaOf(schema.def.in as z.ZodType);
}

/** @param type of the parameter, as the document has it: the default is one of its values */
function defaultOf(name: string, schema: z.ZodType, type: unknown): JsonSchema {
  if (CONFIGURED.has(name) || !(schema instanceof z.ZodDefault)) return {};
  const value = schema.def.defaultValue;
  if (!isPlainDefault(value)) return {};
  return { default: type === "string" ? String(value) : value };
}

function descriptionOf({ id, fields }: Operation, name: string): string {
  const description = fields?.[name] ?? COMMON[name];
  if (description === undefined) throw new Error(`${id} does not say what ${name} is.`);
  return description;
}

function queryParameter(operation: Operation, name: string, schema: z.ZodType): Parameter {
  const text = textSchemaOf(schema);
  const described = jsonSchemaOf(text, "input", new Map());
  return {
    name,
    in: "query",
    required: !schema.safeParse(undefined).success,
    description: descriptionOf(operation, name),
    ...(text instanceof z.ZodArray ? { style: "form", explode: false } : {}),
    schema: { ...described, ...defaultOf(name, schema, described["type"]) },
  };
}

/** Parameters of a call: those of its path, those that its query's schema has, required ones first, then headers. */
export function parametersOf(operation: Operation): Parameter[] {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]): Parameter => ({
    name,
    in: "path",
    required: true,
    description: descriptionOf(operation, name),
    schema: { type: "string" },
  }));
  const shape = operation.query === undefined ? {} : shapeOf(operation.query);
  const inQuery = Object.entries(shape).map(([name, schema]) => queryParameter(operation, name, schema));
  const inHeaders = Object.entries(operation.headers ?? {}).map(([name, description]): Parameter => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" },
  }));
  return [...inPath, ...inQuery.toSorted((one, other) => Number(other.required) - Number(one.required)), ...inHeaders];
}

/** A body's schema with what its members mean. */
export function withDescriptions(schema: JsonSchema, operation: Operation): JsonSchema {
  const alternatives = schema["anyOf"] as JsonSchema[] | undefined;
  if (alternatives !== undefined)
    return { ...schema, anyOf: alternatives.map((one) => withDescriptions(one, operation)) };
  const properties = schema["properties"] as Record<string, JsonSchema> | undefined;
  if (properties === undefined) return schema;
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [
        name,
        { description: descriptionOf(operation, name), ...member },
      ]),
    ),
  };
}
