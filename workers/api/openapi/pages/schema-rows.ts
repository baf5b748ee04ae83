import type { JsonSchema } from "../json-schema.ts";

/** A member of a body or an answer, with where it stands in it. */
export interface SchemaRow {
  /** `shelves[].items[].score` */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** Markdown. */
  readonly description: string;
}

const REFERENCE = "#/components/schemas/";

type Schemas = Readonly<Record<string, JsonSchema>>;

function resolve(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  const { $ref: _, ...own } = schema;
  return { ...schemas[reference.slice(REFERENCE.length)], ...own };
}

function alternativesOf(schema: JsonSchema): readonly JsonSchema[] {
  return (schema["anyOf"] ?? schema["oneOf"] ?? []) as JsonSchema[];
}

function bounds(schema: JsonSchema, low: string, high: string): string | null {
  const [from, to] = [schema[low], schema[high]];
  // The bounds of an integer as such say nothing.
  const [hasFrom, hasTo] = [from, to].map(
    (bound) => typeof bound === "number" && Math.abs(bound) < Number.MAX_SAFE_INTEGER,
  );
  if (hasFrom === true && hasTo === true) return `${String(from)}–${String(to)}`;
  if (hasTo === true) return `at most ${String(to)}`;
  return hasFrom === true && from !== 0 ? `at least ${String(from)}` : null;
}

/** A schema in few words: `integer 1–50`, `list of texts`, `"ok"`. */
export function typeInWords(unresolved: JsonSchema, schemas: Schemas): string {
  const schema = resolve(unresolved, schemas);
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
  if (schema["const"] !== undefined) return JSON.stringify(schema["const"]);
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return [...new Set(alternatives.map((one) => typeInWords(one, schemas)))].join(" | ");
  const { type, format } = schema;
  if (Array.isArray(type)) return type.map((one) => (one === "string" ? "text" : String(one))).join(" | ");
  if (type === "array") {
    const items = schema["items"] as JsonSchema | undefined;
    const length = bounds(schema, "minItems", "maxItems");
    return `list${length === null ? "" : `, ${length}`} of ${items === undefined ? "anything" : typeInWords(items, schemas)}`;
  }
  if (type === "string") {
    const length = bounds(schema, "minLength", "maxLength");
    if (format === "date-time") return "time";
    if (typeof format === "string") return format;
    return length === null ? "text" : `text, ${length} characters`;
  }
  if (type === "integer" || type === "number") {
    const size = bounds(schema, "minimum", "maximum");
    return size === null ? type : `${type}, ${size}`;
  }
  return typeof type === "string" ? type : "anything";
}

/** Rows of alternatives: what several have stands once, and is required where every one of them requires it. */
function united(alternatives: readonly (readonly SchemaRow[])[]): SchemaRow[] {
  const byPath = Map.groupBy(alternatives.flat(), ({ path }) => path);
  return [...byPath.values()].flatMap(([row, ...others]) => {
    if (row === undefined) return [];
    const isEverywhere = others.length + 1 >= alternatives.length;
    return [{ ...row, required: isEverywhere && [row, ...others].every(({ required }) => required) }];
  });
}

function membersOf(unresolved: JsonSchema, prefix: string, schemas: Schemas, seen: readonly JsonSchema[]): SchemaRow[] {
  const schema = resolve(unresolved, schemas);
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) {
    return united(
      alternatives.filter((one) => one["type"] !== "null").map((one) => membersOf(one, prefix, schemas, seen)),
    );
  }
  if (schema["type"] === "array") {
    const items = schema["items"] as JsonSchema | undefined;
    return items === undefined ? [] : membersOf(items, `${prefix}[]`, schemas, seen);
  }
  const properties = schema["properties"] as Record<string, JsonSchema> | undefined;
  if (properties === undefined) {
    const cell = schema["additionalProperties"];
    const isDescribed = typeof cell === "object" && cell !== null && Object.keys(cell).length > 0;
    return isDescribed ? membersOf(cell as JsonSchema, `${prefix}.*`, schemas, seen) : [];
  }
  const required = (schema["required"] ?? []) as string[];
  return Object.entries(properties).flatMap(([name, unresolvedMember]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const member = resolve(unresolvedMember, schemas);
    const row: SchemaRow = {
      path,
      type: typeInWords(member, schemas),
      required: required.includes(name),
      description: typeof member["description"] === "string" ? member["description"] : "",
    };
    return [row, ...(seen.includes(member) ? [] : membersOf(member, path, schemas, [...seen, member]))];
  });
}

/** Every member of a schema, those inside behind the one that holds them. */
export function schemaRows(schema: JsonSchema, schemas: Schemas): SchemaRow[] {
  return membersOf(schema, "", schemas, []);
}
