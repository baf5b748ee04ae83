import type { FeatureValue, FeatureValues } from "../../../domain/catalogue/records.ts";

/**
 * The cells of rows that D1 gives as arrays. A schema of zod for each of hundreds of thousands of rows costs more than
 * reading them; a cell that is not what its column says is as much of a fault here.
 */
function fault(cell: unknown, expected: string): never {
  throw new TypeError(`D1 gave ${typeof cell} where ${expected} was expected.`);
}

/** A text. @throws TypeError for anything else */
export function textCell(cell: unknown): string {
  return typeof cell === "string" ? cell : fault(cell, "a text");
}

/** A text or null. @throws TypeError for anything else */
export function textOrNullCell(cell: unknown): string | null {
  return cell === null ? null : textCell(cell);
}

/** A number. @throws TypeError for anything else */
export function numberCell(cell: unknown): number {
  return typeof cell === "number" ? cell : fault(cell, "a number");
}

/** A number or null. @throws TypeError for anything else */
export function numberOrNullCell(cell: unknown): number | null {
  return cell === null ? null : numberCell(cell);
}

/** A truth, which SQLite keeps as 0 or 1. @throws TypeError for anything else */
export function truthCell(cell: unknown): boolean {
  return numberCell(cell) !== 0;
}

function isFeature(value: unknown): value is FeatureValue {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/**
 * Features by name, from a column of JSON. A list or an object is no feature, but the source's JSON might hold one: it
 * becomes its JSON.
 * @throws TypeError for anything but an object
 */
export function featuresCell(cell: unknown): FeatureValues {
  const parsed: unknown = JSON.parse(textCell(cell));
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return fault(parsed, "an object");
  const features: FeatureValues = {};
  for (const [name, value] of Object.entries(parsed)) features[name] = isFeature(value) ? value : JSON.stringify(value);
  return features;
}
