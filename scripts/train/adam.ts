import type { Parameter } from "./parameter.ts";

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

/** How far and how tamed a step is. */
export interface AdamOptions {
  readonly learningRate: number;
  /** Share of a value that a step of learning rate 1 would take away, apart from the gradient. */
  readonly weightDecay: number;
}

/**
 * Adam (Kingma & Ba, 2015) with decoupled weight decay (Loshchilov & Hutter, "Decoupled weight decay
 * regularization", 2019).
 */
export class Adam {
  readonly #parameters: readonly Parameter[];
  readonly #options: AdamOptions;
  readonly #moments: readonly { first: Float32Array; second: Float32Array }[];
  #steps = 0;

  constructor(parameters: readonly Parameter[], options: AdamOptions) {
    this.#parameters = parameters;
    this.#options = options;
    this.#moments = parameters.map(({ values }) => ({
      first: new Float32Array(values.length),
      second: new Float32Array(values.length),
    }));
  }

  /** Changes every parameter by its gradient, and clears the gradients for the next batch. */
  step(): void {
    const { learningRate, weightDecay } = this.#options;
    this.#steps++;
    const firstCorrection = 1 - FIRST_DECAY ** this.#steps;
    const secondCorrection = 1 - SECOND_DECAY ** this.#steps;
    this.#parameters.forEach(({ values, gradient }, place) => {
      const moments = this.#moments[place];
      if (moments === undefined) return;
      const { first, second } = moments;
      for (let position = 0; position < values.length; position++) {
        const slope = gradient[position] ?? 0;
        const mean = FIRST_DECAY * (first[position] ?? 0) + (1 - FIRST_DECAY) * slope;
        const square = SECOND_DECAY * (second[position] ?? 0) + (1 - SECOND_DECAY) * slope * slope;
        first[position] = mean;
        second[position] = square;
        const value = values[position] ?? 0;
        const step = mean / firstCorrection / (Math.sqrt(square / secondCorrection) + EPSILON);
        values[position] = value - learningRate * (step + weightDecay * value);
      }
      gradient.fill(0);
    });
  }
}
