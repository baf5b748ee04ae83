import { createParameter, type Parameter } from "./parameter.ts";

/** A dense layer while it is trained: `activation(W x + b)`, with `W` of shape `[outputs, inputs]`. */
export class DenseLayer {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: "tanh" | "linear";

  constructor(
    name: string,
    [inputs, outputs]: readonly [number, number],
    activation: "tanh" | "linear",
    random: () => number,
  ) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.activation = activation;
    // Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    const deviation = Math.sqrt(2 / (inputs + outputs));
    this.weight = createParameter(`${name}.weight`, [outputs, inputs], deviation, random);
    this.bias = createParameter(`${name}.bias`, [outputs], 0, random);
  }

  /** Runs `count` rows of `inputs` numbers; gives `count` rows of `outputs`. */
  forward(source: Float32Array, count: number): Float32Array {
    const { inputs, outputs } = this;
    const weight = this.weight.values;
    const result = new Float32Array(count * outputs);
    for (let row = 0; row < count; row++) {
      for (let output = 0; output < outputs; output++) {
        let sum = this.bias.values[output] ?? 0;
        for (let input = 0; input < inputs; input++)
          sum += (weight[output * inputs + input] ?? 0) * (source[row * inputs + input] ?? 0);
        result[row * outputs + output] = this.activation === "tanh" ? Math.tanh(sum) : sum;
      }
    }
    return result;
  }

  /**
   * The chain rule: adds to the gradients of weight and bias, and gives the loss's slopes by `source`.
   * @param result what `forward` gave for `source`
   * @param slopes of the loss by `result`
   */
  backward(source: Float32Array, result: Float32Array, slopes: Float32Array, count: number): Float32Array {
    const { inputs, outputs } = this;
    const weight = this.weight.values;
    const weightGradient = this.weight.gradient;
    const biasGradient = this.bias.gradient;
    const sourceSlopes = new Float32Array(count * inputs);
    for (let row = 0; row < count; row++) {
      for (let output = 0; output < outputs; output++) {
        const value = result[row * outputs + output] ?? 0;
        // tanh'(z) = 1 − tanh²(z)
        const slope = (slopes[row * outputs + output] ?? 0) * (this.activation === "tanh" ? 1 - value * value : 1);
        if (slope === 0) continue;
        biasGradient[output] = (biasGradient[output] ?? 0) + slope;
        for (let input = 0; input < inputs; input++) {
          const at = output * inputs + input;
          weightGradient[at] = (weightGradient[at] ?? 0) + slope * (source[row * inputs + input] ?? 0);
          const to = row * inputs + input;
          sourceSlopes[to] = (sourceSlopes[to] ?? 0) + slope * (weight[at] ?? 0);
        }
      }
    }
    return sourceSlopes;
  }
}
