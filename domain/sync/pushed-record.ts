import { z } from "zod";

import type { FeatureValue, FeatureValues, ItemRecord, UserRecord } from "../catalogue/records.ts";
import { FEATURE_PREFIX, type PushedFields } from "./pushes.ts";

const publicValuesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Names like `__proto__` must stay names: entries never go through an assignment. */
function featureFields(features: Readonly<FeatureValues>): [string, FeatureValue][] {
  return Object.entries(features).map(([name, value]) => [`${FEATURE_PREFIX}${name}`, value]);
}

/** A record's values by the field names of pushes. */
export function fieldsOf(record: ItemRecord | UserRecord): FeatureValues {
  if (!("itemId" in record)) {
    return Object.fromEntries([["country", record.country], ...featureFields(record.features)]);
  }
  const { name, category, price, stock, hidden, image, url, publicValues } = record;
  return Object.fromEntries([
    ...Object.entries({ name, category, price, stock, hidden, image, url }),
    // As the text that it is stored as: values are compared, and objects would never be the same.
    ["public_values", JSON.stringify(publicValues)],
    ...featureFields(record.features),
  ]);
}

/** A pushed value of the field's own type, or undefined when it was not pushed. */
function pushed<Value>(
  fields: PushedFields,
  name: string,
  isValue: (value: unknown) => value is Value,
): Value | undefined {
  const value: unknown = Object.hasOwn(fields, name) ? fields[name]?.value : undefined;
  return isValue(value) ? value : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isNumberOrNull = (value: unknown): value is number | null => value === null || typeof value === "number";
const isTruth = (value: unknown): value is boolean => typeof value === "boolean";

function withPushedFeatures(features: FeatureValues, fields: PushedFields): FeatureValues {
  const own = Object.entries(fields).flatMap(([name, field]): [string, FeatureValue][] =>
    name.startsWith(FEATURE_PREFIX) ? [[name.slice(FEATURE_PREFIX.length), field.value]] : [],
  );
  return own.length === 0 ? features : Object.fromEntries([...Object.entries(features), ...own]);
}

/** Keeps the source's null, which `??` would take for a field that was not pushed. */
function or<Value>(value: Value | undefined, otherwise: Value): Value {
  return value === undefined ? otherwise : value;
}

/** The effective record: the source's with what was pushed over it. */
export function withPushes(record: ItemRecord | UserRecord, fields: PushedFields): ItemRecord | UserRecord {
  const features = withPushedFeatures(record.features, fields);
  if (!("itemId" in record)) {
    return { ...record, country: or(pushed(fields, "country", isTextOrNull), record.country), features };
  }
  const publicValues = pushed(fields, "public_values", isText);
  return {
    ...record,
    name: or(pushed(fields, "name", isText), record.name),
    category: or(pushed(fields, "category", isText), record.category),
    price: or(pushed(fields, "price", isNumber), record.price),
    stock: or(pushed(fields, "stock", isNumberOrNull), record.stock),
    hidden: or(pushed(fields, "hidden", isTruth), record.hidden),
    image: or(pushed(fields, "image", isTextOrNull), record.image),
    url: or(pushed(fields, "url", isTextOrNull), record.url),
    publicValues: publicValues === undefined ? record.publicValues : publicValuesSchema.parse(JSON.parse(publicValues)),
    features,
  };
}
