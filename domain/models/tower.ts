import type { FeatureValues } from "../catalogue/records.ts";
import { err, ok, type Result } from "../result.ts";
import { type PreparedEncoder, prepareEncoder } from "./encoders.ts";
import { type PreparedLayer, prepareLayer, runLayer } from "./layers.ts";
import type { TowerSpecification } from "./manifest.ts";
import { normalize } from "./normalize.ts";
import type { Tensor } from "./tensor.ts";

/** One half of a two-tower model: features in, embedding out. */
export interface Tower {
  /** Length of an embedding. */
  readonly dimension: number;
  /**
   * The embedding of what these features describe: a new array of `dimension` numbers. Features that the tower does
   * not know are ignored, missing ones have an encoding of their own.
   */
  embed(features: FeatureValues): Float32Array;
}

/** Every sentence names one thing that is wrong with a tower. */
export interface TowerFailure {
  readonly kind: "tower_invalid";
  readonly problems: readonly string[];
}

/**
 * Makes a tower of its specification and tensors: encoders, concatenated in order → dense layers → length 1 if the
 * model is a cosine one. `embed` allocates nothing but its result.
 */
export function createTower(
  specification: TowerSpecification,
  tensors: ReadonlyMap<string, Tensor>,
): Result<Tower, TowerFailure> {
  const problems: string[] = [];
  const encoders: PreparedEncoder[] = [];
  for (const encoder of specification.encoders) {
    const prepared = prepareEncoder(encoder, tensors, problems);
    if (prepared !== undefined) encoders.push(prepared);
  }
  const inputs = encoders.reduce((sum, encoder) => sum + encoder.width, 0);
  let width: number | undefined = problems.length === 0 ? inputs : undefined;
  const steps: { layer: PreparedLayer; result: Float32Array }[] = [];
  for (const layer of specification.layers) {
    const prepared = prepareLayer(layer, width, tensors, problems);
    if (prepared !== undefined) steps.push({ layer: prepared, result: new Float32Array(prepared.outputs) });
    width = prepared?.outputs;
  }
  if (problems.length > 0 || width === undefined) return err({ kind: "tower_invalid", problems });

  const input = new Float32Array(inputs);
  return ok({
    dimension: width,
    embed(features) {
      input.fill(0);
      let offset = 0;
      for (const encoder of encoders) {
        encoder.encode(features, input, offset);
        offset += encoder.width;
      }
      let current: Float32Array = input;
      for (const { layer, result } of steps) {
        runLayer(layer, current, result);
        current = result;
      }
      const embedding = current.slice();
      if (specification.normalize) normalize(embedding);
      return embedding;
    },
  });
}
