import { z } from "zod";

/** True for a default that says something: an empty list, or a filter of nothing, is what leaving it out means. */
export function isPlainDefault(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/**
 * What a JSON body holds where a schema takes texts of a query, too: the list or number that a text becomes, with its
 * bounds, and of alternatives those that are not read from a text.
 * @returns null where the schema says it by itself
 */
function sentForm(schema: unknown): z.ZodType | null {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return sentForm(schema.def.innerType);
  if (schema instanceof z.ZodPipe) {
    const after: unknown = schema.def.out;
    return after instanceof z.ZodArray || after instanceof z.ZodNumber ? after : null;
  }
  if (!(schema instanceof z.ZodUnion)) return null;
  const options = schema.options as readonly z.ZodType[];
  const [first, ...others] = options.filter((option) => !(option instanceof z.ZodPipe));
  if (first === undefined || others.length + 1 === options.length) return null;
  return others.length === 0 ? first : z.union([first, ...others]);
}

/** For `z.toJSONSchema`: describes what callers send in a body by {@link sentForm}. */
export function describeSentForm({
  zodSchema,
  jsonSchema,
}: {
  readonly zodSchema: unknown;
  readonly jsonSchema: Record<string, unknown>;
}): void {
  const form = sentForm(zodSchema);
  if (form === null) return;
  for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
  const { $schema: _, ...described } = z.toJSONSchema(form, { io: "input", unrepresentable: "any" });
  const fallback = zodSchema instanceof z.ZodDefault ? zodSchema.def.defaultValue : undefined;
  Object.assign(jsonSchema, described, isPlainDefault(fallback) ? { default: fallback } : {});
}
