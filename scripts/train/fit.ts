import { createRandom } from "../random.ts";
import { Adam } from "./adam.ts";
import { drawCandidates } from "./candidates.ts";
import { chooseEncoders } from "./choose-encoders.ts";
import { type Example, makeExamples } from "./examples.ts";
import { FeatureDropout } from "./feature-dropout.ts";
import { shuffled } from "./shuffle.ts";
import { softmaxLoss, type Target } from "./softmax-loss.ts";
import { type TowerInput, TrainableTower } from "./trainable-tower.ts";
import { preferencesOf, type TrainingData } from "./training-data.ts";
import { embeddingScorer, popularityScorer, validationNdcg } from "./validate.ts";

/** How the reference model is fitted. */
export interface FitOptions {
  readonly seed: number;
  readonly dimension: number;
  /** The softmax's temperature: the smaller, the harder the best items are told from the rest. */
  readonly temperature: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly usersPerBatch: number;
  readonly epochsMax: number;
  /** Batches, at least, between two looks at the validation part; looks are taken after whole epochs. */
  readonly batchesPerLook: number;
  /** Looks without an improvement after which training ends. */
  readonly patience: number;
}

/** Found on the demo shop and a year of a gift wholesaler's orders; both are forgiving. */
export const DEFAULT_FIT: FitOptions = {
  seed: 1,
  dimension: 32,
  temperature: 0.15,
  learningRate: 0.003,
  weightDecay: 0.1,
  usersPerBatch: 64,
  epochsMax: 300,
  batchesPerLook: 10,
  patience: 8,
};

/** A fitted model. The metrics are of the towers alone, on the part held out for validation. */
export interface FittedModel {
  readonly userTower: TrainableTower;
  readonly itemTower: TrainableTower;
  /** The epoch whose parameters these are. */
  readonly epoch: number;
  readonly ndcg: number;
  readonly popularityNdcg: number;
}

/** Told after each epoch; `ndcg` is the best so far. */
export type FitProgress = (epoch: number, epochsMax: number, ndcg: number) => void | Promise<void>;

class Trainer {
  readonly #users: TrainableTower;
  readonly #items: TrainableTower;
  readonly #itemInputs: readonly TowerInput[];
  readonly #examples: readonly Example[];
  readonly #userInputs: readonly TowerInput[];
  readonly #dropout: FeatureDropout;
  readonly #adam: Adam;
  readonly #options: FitOptions;
  readonly #random: () => number;

  constructor(
    towers: { users: TrainableTower; items: TrainableTower },
    itemInputs: readonly TowerInput[],
    examples: readonly Example[],
    options: FitOptions,
    random: () => number,
  ) {
    this.#users = towers.users;
    this.#items = towers.items;
    this.#itemInputs = itemInputs;
    this.#examples = examples;
    this.#userInputs = examples.map(({ features }) => towers.users.read(features));
    this.#dropout = new FeatureDropout(towers.users, random);
    this.#adam = new Adam([...towers.users.parameters, ...towers.items.parameters], options);
    this.#options = options;
    this.#random = random;
  }

  /** Goes once through all users, in a new order. */
  epoch(): void {
    const rows = shuffled([...this.#examples.keys()], this.#random);
    for (let start = 0; start < rows.length; start += this.#options.usersPerBatch)
      this.#batch(rows.slice(start, start + this.#options.usersPerBatch));
  }

  #batch(rows: readonly number[]): void {
    const batch = rows.flatMap((row) => this.#examples[row] ?? []);
    const chosen = batch.map(({ items }) => items);
    const candidates = drawCandidates(this.#itemInputs.length, chosen, this.#random);
    const users = this.#users.forward(rows.map((row) => this.#dropout.apply(this.#userInputs[row] ?? [])));
    const items = this.#items.forward(candidates.items.map((item) => this.#itemInputs[item] ?? []));
    const targets = batch.map((example) => targetAmong(example, candidates.placeOf));
    const { temperature, dimension } = this.#options;
    const slopes = softmaxLoss(users.embeddings, items.embeddings, dimension, targets, temperature);
    this.#users.backward(users, slopes.userSlopes);
    this.#items.backward(items, slopes.itemSlopes);
    this.#adam.step();
  }

  /** nDCG@10 on the validation part, nobody's features kept back. */
  validate(): number {
    const users = this.#users.forward(this.#userInputs).embeddings;
    const items = this.#items.forward(this.#itemInputs).embeddings;
    return validationNdcg(this.#examples, embeddingScorer(users, items, this.#options.dimension));
  }
}

/** A user's choices among the candidates: a sample may not hold all of them. */
function targetAmong(example: Example, placeOf: ReadonlyMap<number, number>): Target {
  const found = example.items.flatMap((item, position) => {
    const place = placeOf.get(item);
    return place === undefined ? [] : [{ place, share: example.shares[position] ?? 0 }];
  });
  const total = found.reduce((sum, { share }) => sum + share, 0);
  return {
    places: found.map(({ place }) => place),
    shares: found.map(({ share }) => share / total),
    weight: example.weight,
  };
}

/**
 * Fits a content two-tower model: users and items are known by their features alone, so that a new one has an
 * embedding at once. Training stops when the validation part is ranked no better, and the best parameters are kept.
 * The same data, options and seed give the same model.
 * @throws Error when there is nothing to learn from
 */
export async function fit(
  data: TrainingData,
  options: FitOptions = DEFAULT_FIT,
  onEpoch: FitProgress = () => undefined,
): Promise<FittedModel> {
  const random = createRandom(options.seed);
  const itemIds = [...data.items.keys()].sort();
  const placeOf = new Map(itemIds.map((itemId, place) => [itemId, place]));
  const examples = makeExamples(preferencesOf(data.interactions), data.users, placeOf, random);
  const userEncoders = chooseEncoders("user", data.users.values());
  const itemEncoders = chooseEncoders("item", data.items.values());
  if (examples.length === 0)
    throw new Error("There is nothing to learn from: no user has an interaction with an item.");
  if (userEncoders.length === 0 || itemEncoders.length === 0)
    throw new Error("There is nothing to learn from: users or items have no feature that tells them apart.");
  const sizes = [options.dimension];
  const userTower = new TrainableTower("user", userEncoders, sizes, random);
  const itemTower = new TrainableTower("item", itemEncoders, sizes, random);
  const itemInputs = itemIds.map((itemId) => itemTower.read(data.items.get(itemId) ?? {}));
  const trainer = new Trainer({ users: userTower, items: itemTower }, itemInputs, examples, options, random);

  const parameters = [...userTower.parameters, ...itemTower.parameters];
  const snapshot = (): Float32Array[] => parameters.map(({ values }) => values.slice());
  const batches = Math.ceil(examples.length / options.usersPerBatch);
  const lookEvery = Math.max(1, Math.round(options.batchesPerLook / batches));
  let best = { epoch: 0, ndcg: -1, values: snapshot() };
  for (let epoch = 1; epoch <= options.epochsMax; epoch++) {
    trainer.epoch();
    if (epoch % lookEvery === 0 || epoch === options.epochsMax) {
      const ndcg = trainer.validate();
      if (ndcg > best.ndcg) best = { epoch, ndcg, values: snapshot() };
      else if (epoch - best.epoch >= options.patience * lookEvery) break;
    }
    await onEpoch(epoch, options.epochsMax, Math.max(0, best.ndcg));
  }
  parameters.forEach(({ values }, place) => values.set(best.values[place] ?? values));
  const popularityNdcg = validationNdcg(examples, popularityScorer(examples, itemIds.length));
  return { userTower, itemTower, epoch: best.epoch, ndcg: best.ndcg, popularityNdcg };
}
