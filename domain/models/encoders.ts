import type { FeatureValues } from "../catalogue/records.ts";
import { categoryOf, numberOf } from "./feature-reading.ts";
import type { Encoder } from "./manifest.ts";
import type { Tensor } from "./tensor.ts";
import { tokenBucket, tokenize } from "./tokenize.ts";

/** A number's distance from its mean, in deviations, is cut here: one absurd value must not drown the others. */
export const NUMBER_CLIP = 4;

/** An encoder with its table looked up: writes `width` numbers into a tower's input. */
export interface PreparedEncoder {
  readonly width: number;
  /** Writes all `width` numbers at `offset`; `target` holds zeros there. */
  encode(features: FeatureValues, target: Float32Array, offset: number): void;
}

interface Table {
  readonly width: number;
  readonly values: Float32Array;
}

function tableOf(
  name: string,
  rows: number,
  tensors: ReadonlyMap<string, Tensor>,
  problems: string[],
): Table | undefined {
  const tensor = tensors.get(name);
  const [tensorRows, width] = tensor?.shape ?? [];
  if (tensor === undefined) problems.push(`The tensor "${name}" is missing.`);
  else if (tensor.shape.length !== 2 || tensorRows !== rows || width === undefined || width === 0)
    problems.push(`The tensor "${name}" has the shape [${tensor.shape.join(", ")}] instead of [${rows}, width].`);
  else return { width, values: tensor.values };
  return undefined;
}

/** Finds a feature's place in a vocabulary; undefined for an unknown or missing value. */
function finderOf(feature: string, vocabulary: readonly string[]): (features: FeatureValues) => number | undefined {
  const places = new Map(vocabulary.map((word, place) => [word, place]));
  return (features) => {
    const category = categoryOf(features[feature]);
    return category === null ? undefined : places.get(category);
  };
}

/**
 * Looks up what an encoder needs.
 * @param problems gets a sentence for each thing that is wrong
 * @returns undefined when something is
 */
export function prepareEncoder(
  encoder: Encoder,
  tensors: ReadonlyMap<string, Tensor>,
  problems: string[],
): PreparedEncoder | undefined {
  const { feature } = encoder;
  switch (encoder.kind) {
    case "category": {
      const placeOf = finderOf(feature, encoder.vocabulary);
      const table = tableOf(encoder.table, encoder.vocabulary.length + 1, tensors, problems);
      if (table === undefined) return undefined;
      const { width, values } = table;
      return {
        width,
        encode(features, target, offset) {
          const row = (placeOf(features) ?? -1) + 1;
          for (let column = 0; column < width; column++) target[offset + column] = values[row * width + column] ?? 0;
        },
      };
    }
    case "one_hot": {
      const placeOf = finderOf(feature, encoder.vocabulary);
      return {
        width: encoder.vocabulary.length,
        encode(features, target, offset) {
          const place = placeOf(features);
          if (place !== undefined) target[offset + place] = 1;
        },
      };
    }
    case "tokens": {
      const { buckets } = encoder;
      const table = tableOf(encoder.table, buckets, tensors, problems);
      if (table === undefined) return undefined;
      const { width, values } = table;
      return {
        width,
        encode(features, target, offset) {
          const tokens = tokenize(categoryOf(features[feature]) ?? "");
          const share = 1 / tokens.length;
          for (const token of tokens) {
            const row = tokenBucket(token, buckets) * width;
            for (let column = 0; column < width; column++) {
              const at = offset + column;
              target[at] = (target[at] ?? 0) + (values[row + column] ?? 0) * share;
            }
          }
        },
      };
    }
    case "number": {
      const { mean, deviation } = encoder;
      return {
        width: 1,
        encode(features, target, offset) {
          const number = numberOf(features[feature]);
          if (number === null) return;
          target[offset] = Math.max(-NUMBER_CLIP, Math.min(NUMBER_CLIP, (number - mean) / deviation));
        },
      };
    }
    default:
      return encoder satisfies never;
  }
}
