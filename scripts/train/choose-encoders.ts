import type { FeatureValue, FeatureValues } from "../../domain/catalogue/records.ts";
import { categoryOf, numberOf } from "../../domain/models/feature-reading.ts";
import { tokenize } from "../../domain/models/tokenize.ts";
import type { TrainedEncoder } from "./feature-encoder.ts";

/** Words of a vocabulary; rarer ones count as unknown. */
export const VOCABULARY_MAX = 1_000;
/** A value that a single record has cannot say anything of another record. */
const OCCURRENCES_MIN = 2;
/** Longer texts than this, in words and on average, are read word by word unless they repeat. */
const CATEGORY_WORDS_MAX = 2;
/** A text in which this stands holds several values, such as `Action|Comedy`: where that is not rare, each counts. */
const SEPARATOR = /[|;]/;
const SEPARATED_SHARE_MIN = 0.1;
/** Buckets for hashed words: a few more than there are words, so that few share one. */
const BUCKETS_MIN = 64;
const BUCKETS_MAX = 4_096;

function countsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function numberEncoder(feature: string, values: readonly FeatureValue[]): TrainedEncoder | null {
  const numbers = values.flatMap((value) => numberOf(value) ?? []);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
  return variance > 0 && Number.isFinite(variance)
    ? { kind: "number", feature, mean, deviation: Math.sqrt(variance) }
    : null;
}

function tokenEncoder(name: string, feature: string, words: readonly string[]): TrainedEncoder {
  const distinct = new Set(words).size;
  const buckets = Math.min(BUCKETS_MAX, Math.max(BUCKETS_MIN, 2 ** Math.ceil(Math.log2(2 * distinct))));
  return { kind: "tokens", feature, buckets, table: `${name}.${feature}` };
}

function encoderFor(
  name: string,
  feature: string,
  values: readonly FeatureValue[],
  records: number,
): TrainedEncoder | null {
  if (values.every((value) => typeof value !== "string")) return numberEncoder(feature, values);
  const texts = values.flatMap((value) => categoryOf(value) ?? []);
  const counts = countsOf(texts);
  const words = texts.flatMap((text) => tokenize(text));
  const repeats = counts.size * OCCURRENCES_MIN <= texts.length;
  const separated = texts.filter((text) => SEPARATOR.test(text)).length;
  if (separated > 0 && separated >= texts.length * SEPARATED_SHARE_MIN) return tokenEncoder(name, feature, words);
  if (!repeats && words.length > CATEGORY_WORDS_MAX * texts.length) return tokenEncoder(name, feature, words);
  const vocabulary = [...counts]
    .filter(([, count]) => count >= OCCURRENCES_MIN)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, VOCABULARY_MAX)
    .map(([value]) => value);
  // What every record has alike tells none from another.
  const isConstant = counts.size === 1 && texts.length === records;
  return vocabulary.length === 0 || isConstant
    ? null
    : { kind: "category", feature, vocabulary, table: `${name}.${feature}` };
}

/**
 * One encoder per feature, chosen by what its values are: numbers are standardised, texts that repeat become
 * categories, longer texts and lists are read word by word. Features that cannot tell one record from another have none.
 * @param name of the tower, in front of its tensors' names
 */
export function chooseEncoders(name: string, records: Iterable<FeatureValues>): TrainedEncoder[] {
  const valuesOf = new Map<string, FeatureValue[]>();
  let count = 0;
  for (const record of records) {
    count++;
    for (const [feature, value] of Object.entries(record)) {
      if (value === null) continue;
      const values = valuesOf.get(feature) ?? [];
      values.push(value);
      valuesOf.set(feature, values);
    }
  }
  return [...valuesOf.keys()]
    .sort()
    .flatMap((feature) => encoderFor(name, feature, valuesOf.get(feature) ?? [], count) ?? []);
}
