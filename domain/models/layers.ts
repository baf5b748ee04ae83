import type { LayerSpecification } from "./manifest.ts";
import type { Tensor } from "./tensor.ts";

/** A dense layer, ready to run. */
export interface PreparedLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** `[inputs, outputs]`: transposed once, so that an input of zero (most of a one-hot, half of a relu) costs nothing. */
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
  readonly activation: LayerSpecification["activation"];
}

function transposed(values: Float32Array, outputs: number, inputs: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      result[input * outputs + output] = values[output * inputs + input] ?? 0;
  return result;
}

/**
 * Looks up a layer's tensors.
 * @param inputs numbers that come in; undefined when what comes before is already broken
 * @param problems gets a sentence for each thing that is wrong
 * @returns undefined when something is
 */
export function prepareLayer(
  layer: LayerSpecification,
  inputs: number | undefined,
  tensors: ReadonlyMap<string, Tensor>,
  problems: string[],
): PreparedLayer | undefined {
  const weight = tensors.get(layer.weight);
  const bias = layer.bias === undefined ? undefined : tensors.get(layer.bias);
  if (weight === undefined) problems.push(`The tensor "${layer.weight}" is missing.`);
  if (layer.bias !== undefined && bias === undefined) problems.push(`The tensor "${layer.bias}" is missing.`);
  if (weight === undefined || inputs === undefined) return undefined;
  const [outputs, width] = weight.shape;
  if (weight.shape.length !== 2 || width !== inputs || outputs === undefined || outputs === 0) {
    problems.push(
      `The tensor "${layer.weight}" has the shape [${weight.shape.join(", ")}] instead of [outputs, ${inputs}].`,
    );
    return undefined;
  }
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== outputs)) {
    problems.push(`The tensor "${layer.bias}" has the shape [${bias.shape.join(", ")}] instead of [${outputs}].`);
    return undefined;
  }
  return {
    inputs,
    outputs,
    weight: transposed(weight.values, outputs, inputs),
    bias: bias?.values ?? null,
    activation: layer.activation,
  };
}

/** Runs a layer: writes `outputs` numbers into `target`. */
export function runLayer(layer: PreparedLayer, source: Float32Array, target: Float32Array): void {
  const { inputs, outputs, weight, bias, activation } = layer;
  if (bias === null) target.fill(0);
  else target.set(bias);
  for (let input = 0; input < inputs; input++) {
    const value = source[input] ?? 0;
    if (value === 0) continue;
    const row = input * outputs;
    for (let output = 0; output < outputs; output++)
      target[output] = (target[output] ?? 0) + value * (weight[row + output] ?? 0);
  }
  if (activation === "linear") return;
  for (let output = 0; output < outputs; output++) {
    const value = target[output] ?? 0;
    target[output] = activation === "relu" ? Math.max(0, value) : Math.tanh(value);
  }
}
