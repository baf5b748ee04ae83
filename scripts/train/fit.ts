import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { ITEM_ID_FEATURE } from "../../domain/models/model.ts";
import { createRandom } from "../random.ts";
import { Adam } from "./adam.ts";
import { drawCandidates } from "./candidates.ts";
import { chooseEncoders } from "./choose-encoders.ts";
import { type Example, type HeldOut, holdOutSome, makeExamples } from "./examples.ts";
import { FeatureDropout } from "./feature-dropout.ts";
import { idEncoder, IdDropout } from "./id-residuals.ts";
import { shuffled } from "./shuffle.ts";
import { softmaxLoss, type Target } from "./softmax-loss.ts";
import { dividePast, Taste } from "./taste.ts";
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
  /** A large shop has so many users that a few epochs are enough: so many batches in all end the training too. */
  readonly batchesMax: number;
  /** Batches, at least, between two looks at the validation part; looks are taken after whole epochs. */
  readonly batchesPerLook: number;
  /** Looks without an improvement after which training ends. */
  readonly patience: number;
  /** Whether items have, beside their content, something of their own: it is no help for new items, and no harm. */
  readonly idResiduals: boolean;
}

/** Users whose held-out items a look ranks. */
const LOOKED_USERS_MAX = 1_000;

/** Found on the demo shop and a year of a gift wholesaler's orders; both are forgiving. */
export const DEFAULT_FIT: FitOptions = {
  seed: 1,
  dimension: 32,
  temperature: 0.15,
  learningRate: 0.003,
  weightDecay: 0.1,
  usersPerBatch: 64,
  epochsMax: 200,
  batchesMax: 1_500,
  batchesPerLook: 10,
  patience: 6,
  idResiduals: false,
};

/** A look at the validation part. */
export interface FitLook {
  readonly epoch: number;
  readonly ndcg: number;
}

/** Fitted towers. The metrics are of the towers alone, on the part held out for validation. */
export interface FittedModel {
  /** Null where users have no features: then there is only the past. */
  readonly userTower: TrainableTower | null;
  readonly itemTower: TrainableTower;
  /** The epoch whose parameters these are. */
  readonly epoch: number;
  readonly ndcg: number;
  readonly popularityNdcg: number;
  readonly looks: readonly FitLook[];
}

/** Told how far the present part of the work is, and what it is or how well it goes. */
export type FitProgress = (done: number, total: number, note: string) => void | Promise<void>;

interface Towers {
  readonly users: TrainableTower | null;
  readonly items: TrainableTower;
}

class Trainer {
  readonly #towers: Towers;
  readonly #itemInputs: readonly TowerInput[];
  readonly #touched: readonly number[];
  readonly #examples: readonly Example[];
  readonly #userInputs: readonly TowerInput[];
  /** Of the users with a validation part, as many as a look needs. */
  readonly #looked: readonly number[];
  readonly #dropout: FeatureDropout | null;
  readonly #idDropout: IdDropout | null;
  readonly #adam: Adam;
  readonly #options: FitOptions;
  readonly #random: () => number;

  constructor(
    towers: Towers,
    itemInputs: readonly TowerInput[],
    examples: readonly Example[],
    options: FitOptions,
    random: () => number,
  ) {
    const { users, items } = towers;
    this.#towers = towers;
    this.#itemInputs = itemInputs;
    this.#examples = examples;
    this.#touched = [...new Set(examples.flatMap(({ items: own }) => own))].sort((a, b) => a - b);
    const judged = [...examples.keys()].filter((row) => (examples[row]?.heldOut.size ?? 0) > 0);
    this.#looked = shuffled(judged, random).slice(0, LOOKED_USERS_MAX);
    this.#userInputs = users === null ? [] : examples.map(({ features }) => users.read(features));
    this.#dropout = users === null ? null : new FeatureDropout(users, random);
    this.#idDropout = options.idResiduals ? new IdDropout(items, random) : null;
    this.#adam = new Adam([...(users?.parameters ?? []), ...items.parameters], options);
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
    const { temperature, dimension } = this.#options;
    const batch = rows.flatMap((row) => this.#examples[row] ?? []);
    const chosen = batch.map(({ items }) => items);
    const candidates = drawCandidates(this.#touched, chosen, this.#random);
    const items = this.#towers.items.forward(
      candidates.items.map((item) => {
        const input = this.#itemInputs[item] ?? [];
        return this.#idDropout === null ? input : this.#idDropout.apply(input);
      }),
    );
    const users =
      this.#towers.users?.forward(
        rows.map((row) => this.#dropout?.apply(this.#userInputs[row] ?? []) ?? this.#userInputs[row] ?? []),
      ) ?? null;
    const pasts = batch.map((example) => this.#divide(example, candidates.placeOf));
    const tastes = pasts.map(({ shown }) => new Taste(items.embeddings, dimension, shown));
    const wanted = this.#combine(users?.embeddings ?? null, tastes);
    const targets = pasts.map(({ target }) => target);
    const { userSlopes, itemSlopes } = softmaxLoss(wanted, items.embeddings, dimension, targets, temperature);
    tastes.forEach((taste, row) =>
      taste.backward(userSlopes.subarray(row * dimension, (row + 1) * dimension), itemSlopes),
    );
    if (users !== null) this.#towers.users?.backward(users, userSlopes);
    this.#towers.items.backward(items, itemSlopes);
    this.#adam.step();
  }

  /** Part of the past is shown as a taste; the rest is what the user chooses. */
  #divide(example: Example, placeOf: ReadonlyMap<number, number>): { shown: number[]; target: Target } {
    const { shown, wanted } = dividePast(example.items.length, this.#random);
    return {
      shown: shown.flatMap((position) => placeOf.get(example.items[position] ?? -1) ?? []),
      target: targetAmong(example, wanted, placeOf),
    };
  }

  /** What a user looks for: the features' embedding plus the taste. */
  #combine(users: Float32Array | null, tastes: readonly Taste[]): Float32Array {
    const { dimension } = this.#options;
    const combined = users?.slice() ?? new Float32Array(tastes.length * dimension);
    tastes.forEach(({ vector }, row) => {
      for (let column = 0; column < dimension; column++) {
        const at = row * dimension + column;
        combined[at] = (combined[at] ?? 0) + (vector[column] ?? 0);
      }
    });
    return combined;
  }

  /** nDCG@10 on the validation part, nobody's features or past kept back. */
  validate(): number {
    const { dimension } = this.#options;
    const looked = this.#looked;
    const users = this.#towers.users?.forward(looked.map((row) => this.#userInputs[row] ?? [])).embeddings ?? null;
    const items = this.#towers.items.forward(this.#itemInputs).embeddings;
    const examples = looked.flatMap((row) => this.#examples[row] ?? []);
    const tastes = examples.map((example) => new Taste(items, dimension, example.items));
    return validationNdcg(examples, embeddingScorer(this.#combine(users, tastes), items, dimension));
  }
}

/** A user's choices among the candidates: a sample may not hold all of them. @param wanted positions in the past */
function targetAmong(example: Example, wanted: readonly number[], placeOf: ReadonlyMap<number, number>): Target {
  const found = wanted.flatMap((position) => {
    const place = placeOf.get(example.items[position] ?? -1);
    return place === undefined ? [] : [{ place, share: example.shares[position] ?? 0 }];
  });
  const total = found.reduce((sum, { share }) => sum + share, 0);
  return {
    places: found.map(({ place }) => place),
    shares: found.map(({ share }) => share / total),
    weight: example.weight,
  };
}

/** Items as the item tower is to see them: with an id of their own where they have residuals. */
function itemRecords(data: TrainingData, itemIds: readonly string[], idResiduals: boolean): FeatureValues[] {
  return itemIds.map((itemId) => {
    const features = data.items.get(itemId) ?? {};
    return idResiduals ? { ...features, [ITEM_ID_FEATURE]: itemId } : features;
  });
}

function makeTowers(data: TrainingData, itemIds: readonly string[], options: FitOptions, random: () => number): Towers {
  const userEncoders = chooseEncoders("user", data.users.values());
  const itemEncoders = chooseEncoders("item", data.items.values());
  if (itemEncoders.length === 0)
    throw new Error("There is nothing to learn from: items have no feature that tells them apart.");
  if (options.idResiduals) itemEncoders.push(idEncoder(itemIds));
  const sizes = [options.dimension];
  return {
    users: userEncoders.length === 0 ? null : new TrainableTower("user", userEncoders, sizes, random),
    items: new TrainableTower("item", itemEncoders, sizes, random),
  };
}

/**
 * Fits a content two-tower model: users and items are known by their features alone, so that a new one has an
 * embedding at once; beside the features, the mean embedding of a user's past says what to look for. Training stops
 * when the validation part is ranked no better, and the best parameters are kept. The same data, options and seed give
 * the same model.
 * @param heldOut the validation part; absent = a tenth of each longer past; null = none: all epochs are gone through
 * @throws Error when there is nothing to learn from
 */
export async function fit(
  data: TrainingData,
  options: FitOptions = DEFAULT_FIT,
  onEpoch: FitProgress = () => undefined,
  heldOut?: HeldOut | null,
): Promise<FittedModel> {
  const random = createRandom(options.seed);
  const itemIds = [...data.items.keys()].sort();
  const placeOf = new Map(itemIds.map((itemId, place) => [itemId, place]));
  const preferences = preferencesOf(data.interactions);
  const away = heldOut === undefined ? holdOutSome(preferences, random) : (heldOut ?? new Map<string, Set<string>>());
  const examples = makeExamples(preferences, data.users, placeOf, away);
  if (examples.length === 0)
    throw new Error("There is nothing to learn from: no user has an interaction with an item.");
  const towers = makeTowers(data, itemIds, options, random);
  const itemInputs = itemRecords(data, itemIds, options.idResiduals).map((record) => towers.items.read(record));
  const trainer = new Trainer(towers, itemInputs, examples, options, random);

  const parameters = [...(towers.users?.parameters ?? []), ...towers.items.parameters];
  const snapshot = (): Float32Array[] => parameters.map(({ values }) => values.slice());
  const batches = Math.ceil(examples.length / options.usersPerBatch);
  const lookEvery = Math.max(1, Math.round(options.batchesPerLook / batches));
  const looks: FitLook[] = [];
  const epochsMax = Math.max(1, Math.min(options.epochsMax, Math.ceil(options.batchesMax / batches)));
  let best = { epoch: 0, ndcg: -1, values: snapshot() };
  for (let epoch = 1; epoch <= epochsMax; epoch++) {
    trainer.epoch();
    if (heldOut !== null && (epoch % lookEvery === 0 || epoch === epochsMax)) {
      const ndcg = trainer.validate();
      looks.push({ epoch, ndcg });
      if (ndcg > best.ndcg) best = { epoch, ndcg, values: snapshot() };
      else if (epoch - best.epoch >= options.patience * lookEvery) break;
    }
    await onEpoch(epoch, epochsMax, heldOut === null ? "" : `nDCG@10 ${Math.max(0, best.ndcg).toFixed(3)}`);
  }
  if (heldOut !== null) parameters.forEach(({ values }, place) => values.set(best.values[place] ?? values));
  const popularityNdcg = heldOut === null ? 0 : validationNdcg(examples, popularityScorer(examples, itemIds.length));
  return {
    userTower: towers.users,
    itemTower: towers.items,
    epoch: best.epoch,
    ndcg: best.ndcg,
    popularityNdcg,
    looks,
  };
}
