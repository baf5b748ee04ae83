import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { EvaluationMetrics } from "../../domain/evaluation/evaluate.ts";
import { itemIdsOf, rowsByUser } from "../../domain/evaluation/rows-by-user.ts";
import { type Protocol, splitInteractions } from "../../domain/evaluation/split.ts";
import type { ModelBlend } from "../../domain/models/manifest.ts";
import { DEFAULT_BLEND } from "../../domain/ranking/blend.ts";
import { buildCatalogue, itemRecordsOf } from "../evaluate/build-catalogue.ts";
import type { ItemWeights } from "../evaluate/item-weights.ts";
import { fittedModel } from "../evaluate/ranking-models.ts";
import { countryOf } from "../evaluate/read-features.ts";
import { ShelfRanker } from "../evaluate/shelf-ranker.ts";
import { CommandError } from "../command.ts";
import { createRandom } from "../random.ts";
import { chooseEncoders } from "./choose-encoders.ts";
import type { HeldOut } from "./examples.ts";
import { DEFAULT_FIT, fit, type FitOptions, type FitProgress, type FittedModel } from "./fit.ts";
import { type BlendUser, fitBlend } from "./fit-blend.ts";
import { fitSimilar } from "./fit-similar.ts";
import { chooseWeights, type WeightsTrial, type WeightsUser } from "./item-weights/choose-weights.ts";
import { fitDense, strongestWeights, type WeightOptions } from "./item-weights/fit-weights.ts";
import { measureValidation, type MeasuredModel } from "./measure-validation.ts";
import { shuffled } from "./shuffle.ts";
import type { Interaction, TrainingData } from "./training-data.ts";

/** What is fitted, and how the validation part is chosen: in the way in which the model is to be judged. */
export interface FitModelOptions {
  readonly seed: number;
  readonly validation: Exclude<Protocol, "cold-items">;
  readonly towers: Partial<Omit<FitOptions, "seed">>;
}

/** A whole model: towers for what is new, weights for what is known, and how they add up. */
export interface FittedReference {
  /** Null where items have no features. */
  readonly towers: FittedModel | null;
  readonly weights: ItemWeights;
  readonly blend: ModelBlend;
  /** On the validation part, before the parts were fitted on everything. */
  readonly validation: {
    readonly protocol: Protocol;
    readonly users: number;
    /** nDCG@10 of the weights alone, and of the towers alone. */
    readonly weights: number;
    readonly towers: number | null;
    readonly measured: Readonly<Record<MeasuredModel, EvaluationMetrics>>;
  };
  /** The best of them is what the weights were fitted with. */
  readonly weightsOptions: WeightOptions;
  readonly weightsTrials: readonly WeightsTrial[];
  /** Of each part. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Told of each part of the work as it begins, and how far it is. */
export interface FitModelProgress {
  readonly begin: (part: string) => void;
  readonly progress: FitProgress;
}

const SILENT: FitModelProgress = { begin: () => undefined, progress: () => undefined };
/** More users do not make the validation part tell more, but everything slower. */
const VALIDATION_USERS_MAX = 1_500;
/** With fewer the blend is the usual one. */
const BLEND_USERS_MIN = 10;
const MILLISECONDS = 1_000;

class Stopwatch {
  readonly seconds: Record<string, number> = {};

  async time<Value>(part: string, work: () => Promise<Value>): Promise<Value> {
    const startedAt = performance.now();
    const value = await work();
    this.seconds[part] = Number(((performance.now() - startedAt) / MILLISECONDS).toFixed(1));
    return value;
  }
}

function isPurchase({ strength = 1, rating }: Interaction): boolean {
  return strength >= 1 || rating !== null;
}

function heldOutOf(test: readonly Interaction[]): HeldOut {
  return new Map([...rowsByUser(test)].map(([userId, rows]) => [userId, new Set(rows.map(({ itemId }) => itemId))]));
}

/**
 * Fits a model in four parts: item–item weights, towers and blend on a part of the data, each judged on the part that
 * was kept from it; then weights and towers again on everything, as they turned out best. The same data, options and
 * seed give the same model.
 * @throws Error when there is nothing to learn from
 */
export async function fitModel(
  data: TrainingData,
  { seed, validation, towers: towerOptions }: FitModelOptions,
  { begin, progress }: FitModelProgress = SILENT,
): Promise<FittedReference> {
  const random = createRandom(seed);
  const watch = new Stopwatch();
  const usable = data.interactions.filter(({ itemId }) => data.items.has(itemId));
  if (usable.length === 0)
    throw new CommandError("There is nothing to learn from: no user has an interaction with an item.");
  const split = splitInteractions(usable, validation, random);
  if (!split.ok) throw new Error(`The validation part "${validation}" needs a time in every interaction.`);
  const train: readonly Interaction[] = split.value.train;
  if (train.length === 0)
    throw new CommandError(
      `The validation part "${validation}" leaves nothing to train on. Choose another: --validation random.`,
    );
  const itemIds = itemIdsOf(usable);
  const placeOf = new Map(itemIds.map((itemId, place) => [itemId, place]));
  const heldOut = heldOutOf(split.value.test);

  const rowsOf = rowsByUser(train);
  const userIds = shuffled([...heldOut.keys()].filter((userId) => rowsOf.has(userId)).sort(), random).slice(
    0,
    VALIDATION_USERS_MAX,
  );
  const placesOf = (ids: Iterable<string>): number[] => [...ids].flatMap((itemId) => placeOf.get(itemId) ?? []);
  const ownOf = (userId: string): number[] => placesOf(new Set((rowsOf.get(userId) ?? []).map(({ itemId }) => itemId)));
  const weightsUsers = userIds.map((userId): WeightsUser => ({
    own: ownOf(userId),
    heldOut: new Set(placesOf(heldOut.get(userId) ?? [])),
  }));

  begin("Item–item weights");
  const chosen = await watch.time("choose weights", () =>
    chooseWeights({ interactions: train, placeOf, users: weightsUsers }, (trial, trialsMax, ndcg) =>
      progress(trial, trialsMax, `nDCG@10 ${ndcg.toFixed(3)}`),
    ),
  );
  const options: FitOptions = { ...DEFAULT_FIT, ...towerOptions, seed };
  const withTowers = chooseEncoders("item", data.items.values()).length > 0;
  begin("Towers");
  const towers = withTowers
    ? await watch.time("fit towers", () => fit({ ...data, interactions: train }, options, progress, heldOut))
    : null;

  begin("Blend");
  const validationWeights = strongestWeights(await fitDense(train, placeOf, chosen.best.options), chosen.best.options);
  const featuresOf = (userId: string): FeatureValues | null => data.users.get(userId) ?? null;
  const records = itemRecordsOf(itemIds, data.items);
  const catalogue = buildCatalogue(records, train.filter(isPurchase), (userId) => countryOf(data.users.get(userId)));
  const newestAt = train.reduce((newest, { at }) => Math.max(newest, at ?? 0), 0);
  const model = fittedModel(towers, data.items, { itemIds, lists: validationWeights }, undefined);
  const ranker = new ShelfRanker(catalogue, model, newestAt);
  const users = userIds.map((userId, position): BlendUser => {
    const session = split.value.sessions.get(userId) ?? [];
    const present = new Set(session);
    const { own = [], heldOut: away = new Set<number>() } = weightsUsers[position] ?? {};
    return {
      user: {
        userId,
        features: featuresOf(userId),
        country: countryOf(data.users.get(userId)),
        rows: (rowsOf.get(userId) ?? []).filter((row) => !present.has(row)),
        session,
      },
      own: new Set(own),
      heldOut: away,
    };
  });
  const hasWeights = validationWeights.items.length > 0;
  const fitted = await watch.time("fit blend", async () => {
    // What a handful of users say of it is chance.
    if (users.length < BLEND_USERS_MIN) return { blend: DEFAULT_BLEND, ndcg: 0 };
    return fitBlend(ranker, users, hasWeights, (place) => itemIds[place] ?? "", progress);
  });
  const blend = { ...fitted.blend, similar: fitSimilar(ranker, users, fitted.blend, random) };
  const judged = new Set(userIds);
  const part = {
    train,
    test: split.value.test.filter(({ userId }) => judged.has(userId)),
    itemIds: itemIdsOf(train),
    users: users.map(({ user }) => user).sort((a, b) => (a.userId < b.userId ? -1 : 1)),
  };
  const measured = measureValidation(part, ranker, blend, seed);

  begin("Everything once more, on all interactions");
  const lists = await watch.time("refit", async () => {
    const dense = await fitDense(usable, placeOf, chosen.best.options);
    return strongestWeights(dense, chosen.best.options);
  });
  const finalTowers =
    towers === null
      ? null
      : await watch.time("refit towers", () =>
          fit({ ...data, interactions: usable }, { ...options, epochsMax: Math.max(1, towers.epoch) }, progress, null),
        );
  return {
    towers:
      finalTowers === null || towers === null ? null : { ...finalTowers, epoch: towers.epoch, looks: towers.looks },
    weights: { itemIds, lists },
    blend,
    validation: {
      protocol: validation,
      users: users.length,
      weights: chosen.best.ndcg,
      towers: towers?.ndcg ?? null,
      measured,
    },
    weightsOptions: chosen.best.options,
    weightsTrials: chosen.trials,
    seconds: watch.seconds,
  };
}
