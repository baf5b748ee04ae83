import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { TowerSpecification } from "../../domain/models/manifest.ts";
import { DenseLayer } from "./dense-layer.ts";
import { type EncoderInput, FeatureEncoder, type TrainedEncoder } from "./feature-encoder.ts";
import type { Parameter } from "./parameter.ts";

/** One record as a tower sees it: an input for each encoder, in order. */
export type TowerInput = readonly EncoderInput[];

/** What a run left behind for its gradient. */
export interface TowerPass {
  readonly inputs: readonly TowerInput[];
  /** The first layer's input, then each layer's result; rows of the batch one after the other. */
  readonly activations: readonly Float32Array[];
  /** Length of each row before it was scaled to 1. */
  readonly lengths: Float32Array;
  /** One embedding of length 1 per row. */
  readonly embeddings: Float32Array;
}

/** Keeps a row of zeros from a division by zero. */
const LENGTH_MIN = 1e-12;

/** A tower while it is trained: encoders → dense layers (tanh, the last one linear) → length 1. */
export class TrainableTower {
  readonly encoders: readonly FeatureEncoder[];
  readonly dimension: number;
  readonly parameters: readonly Parameter[];
  readonly #layers: readonly DenseLayer[];
  readonly #width: number;

  /** @param sizes outputs of each layer; the last is the embedding's dimension */
  constructor(name: string, encoders: readonly TrainedEncoder[], sizes: readonly number[], random: () => number) {
    this.encoders = encoders.map((encoder) => new FeatureEncoder(encoder, random));
    this.#width = this.encoders.reduce((sum, encoder) => sum + encoder.width, 0);
    this.#layers = sizes.map(
      (outputs, place) =>
        new DenseLayer(
          `${name}.layers.${place}`,
          [sizes[place - 1] ?? this.#width, outputs],
          place === sizes.length - 1 ? "linear" : "tanh",
          random,
        ),
    );
    this.dimension = sizes.at(-1) ?? this.#width;
    this.parameters = [
      ...this.encoders.flatMap((encoder) => encoder.table ?? []),
      ...this.#layers.flatMap((layer) => [layer.weight, layer.bias]),
    ];
  }

  /** The tower as a manifest describes it; its tensors are {@link parameters} by name. */
  specification(): TowerSpecification {
    return {
      encoders: this.encoders.map(({ encoder }) => encoder),
      layers: this.#layers.map(({ weight, bias, activation }) => ({
        weight: weight.name,
        bias: bias.name,
        activation,
      })),
      normalize: true,
    };
  }

  /** Reads a record once for all epochs. */
  read(features: FeatureValues): TowerInput {
    return this.encoders.map((encoder) => encoder.read(features));
  }

  /** Embeds a batch. */
  forward(inputs: readonly TowerInput[]): TowerPass {
    const first = new Float32Array(inputs.length * this.#width);
    inputs.forEach((input, row) => {
      let offset = row * this.#width;
      this.encoders.forEach((encoder, place) => {
        const read = input[place];
        if (read !== undefined) encoder.forward(read, first, offset);
        offset += encoder.width;
      });
    });
    const activations: Float32Array[] = [first];
    let last: Float32Array = first;
    for (const layer of this.#layers) {
      last = layer.forward(last, inputs.length);
      activations.push(last);
    }
    const { dimension } = this;
    const lengths = new Float32Array(inputs.length);
    const embeddings = new Float32Array(last.length);
    for (let row = 0; row < inputs.length; row++) {
      const values = last.subarray(row * dimension, (row + 1) * dimension);
      const length = Math.max(LENGTH_MIN, Math.hypot(...values));
      lengths[row] = length;
      values.forEach((value, column) => (embeddings[row * dimension + column] = value / length));
    }
    return { inputs, activations, lengths, embeddings };
  }

  /** Adds to the parameters' gradients. @param slopes of the loss by `pass.embeddings` */
  backward(pass: TowerPass, slopes: Float32Array): void {
    const count = pass.inputs.length;
    let current = this.#throughScaling(pass, slopes);
    for (let place = this.#layers.length - 1; place >= 0; place--) {
      const layer = this.#layers[place];
      const source = pass.activations[place];
      const result = pass.activations[place + 1];
      if (layer === undefined || source === undefined || result === undefined) continue;
      current = layer.backward(source, result, current, count);
    }
    pass.inputs.forEach((input, row) => {
      let offset = row * this.#width;
      this.encoders.forEach((encoder, place) => {
        const read = input[place];
        if (read !== undefined) encoder.backward(read, current, offset);
        offset += encoder.width;
      });
    });
  }

  /** With e = y / |y|: dL/dy = (g − (g · e) e) / |y|. */
  #throughScaling({ embeddings, lengths }: TowerPass, slopes: Float32Array): Float32Array {
    const { dimension } = this;
    const result = new Float32Array(slopes.length);
    for (let row = 0; row < lengths.length; row++) {
      const offset = row * dimension;
      let along = 0;
      for (let column = 0; column < dimension; column++)
        along += (slopes[offset + column] ?? 0) * (embeddings[offset + column] ?? 0);
      for (let column = 0; column < dimension; column++)
        result[offset + column] =
          ((slopes[offset + column] ?? 0) - along * (embeddings[offset + column] ?? 0)) / (lengths[row] ?? 1);
    }
    return result;
  }
}
