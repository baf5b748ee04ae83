import type { EvaluationMetrics } from "../../domain/evaluation/evaluate.ts";
import type { ModelManifest } from "../../domain/models/manifest.ts";
import type { FitModelOptions, FittedReference } from "./fit-model.ts";
import type { WeightsTrial } from "./item-weights/choose-weights.ts";
import { MEASURED_MODELS } from "./measure-validation.ts";
import type { CardCurve, CardMetric, ModelCard } from "./model-card/model-card.ts";
import type { TrainingData } from "./training-data.ts";

const LIMITS = [
  "It ranks for whoever was seen in the data or has features like theirs; of a shopper of whom nothing is known it knows nothing, and popular items are shown.",
  "An item without interactions is placed by its features alone, and has no item–item weights before the next training.",
];

/** What the card says beside what was fitted. */
export interface CardContext {
  readonly data: TrainingData;
  readonly manifest: ModelManifest;
  readonly options: FitModelOptions;
  readonly commandLine: string;
}

function timesOf({ interactions }: TrainingData): { firstAt: number | null; lastAt: number | null } {
  let [firstAt, lastAt]: [number | null, number | null] = [null, null];
  for (const { at } of interactions) {
    if (at === null) continue;
    firstAt = Math.min(firstAt ?? at, at);
    lastAt = Math.max(lastAt ?? at, at);
  }
  return { firstAt, lastAt };
}

function metricsOf(of: string, metrics: EvaluationMetrics): CardMetric[] {
  return Object.entries(metrics).map(([name, { value, low, high }]) => ({ name, value, low, high, of }));
}

/** The trials that differ from the best in λ alone, by λ. */
function regularizationCurve(trials: readonly WeightsTrial[]): CardCurve[] {
  const [first] = trials;
  if (first === undefined) return [];
  const rest = (trial: WeightsTrial): string => JSON.stringify({ ...trial.options, regularization: 0 });
  const points = trials
    .filter((trial) => rest(trial) === rest(first))
    .map(({ options, ndcg }) => ({ x: options.regularization, y: ndcg }))
    .sort((a, b) => a.x - b.x);
  if (points.length < 2) return [];
  return [
    {
      title: "Item–item weights: regularization",
      xLabel: "λ",
      yLabel: "nDCG@10",
      xScale: "log",
      series: [{ name: "weights alone", points }],
    },
  ];
}

function curvesOf({ towers, weightsTrials }: FittedReference): CardCurve[] {
  const looks = towers?.looks ?? [];
  const learning: CardCurve = {
    title: "Towers: learning",
    xLabel: "epoch",
    yLabel: "nDCG@10",
    series: [{ name: "towers alone", points: looks.map(({ epoch, ndcg }) => ({ x: epoch, y: ndcg })) }],
  };
  return [...(looks.length < 2 ? [] : [learning]), ...regularizationCurve(weightsTrials)];
}

/** The card of a fitted model. */
export function cardOf(fitted: FittedReference, { data, manifest, options, commandLine }: CardContext): ModelCard {
  const { interactions } = data;
  const pairs = new Set(interactions.map(({ userId, itemId }) => JSON.stringify([userId, itemId])));
  const { validation, weightsOptions, blend } = fitted;
  return {
    version: manifest.version,
    createdAt: manifest.created_at,
    sourceExport: manifest.source_export,
    seed: options.seed,
    commandLine,
    data: {
      users: data.users.size,
      items: data.items.size,
      interactions: interactions.length,
      ratedShare: interactions.filter(({ rating }) => rating !== null).length / Math.max(1, interactions.length),
      density: pairs.size / Math.max(1, data.users.size * data.items.size),
      ...timesOf(data),
    },
    parameters: {
      "validation part": validation.protocol,
      "validation users": validation.users,
      "embedding dimension": manifest.dimension,
      "epochs of the towers": fitted.towers?.epoch ?? 0,
      ...Object.fromEntries(
        Object.entries(weightsOptions).map(([name, value]) => [`weights: ${name}`, value ?? "none"]),
      ),
    },
    blend,
    metrics: MEASURED_MODELS.flatMap((model) => metricsOf(model, validation.measured[model])),
    curves: curvesOf(fitted),
    seconds: fitted.seconds,
    limits: LIMITS,
  };
}
