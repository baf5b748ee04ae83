import type { FeatureValue } from "../catalogue/records.ts";

/**
 * The text by which a category is found in a vocabulary (a number or truth as JavaScript writes it), or null for a
 * missing or empty one. Trainers build vocabularies from the same text.
 */
export function categoryOf(value: FeatureValue | undefined): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/** The number that a feature stands for; digits in a text count, truth is 1 or 0. Null when missing or not finite. */
export function numberOf(value: FeatureValue | undefined): number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "number" && (typeof value !== "string" || value.trim() === "")) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}
