import { itemFeatures } from "../../domain/catalogue/features.ts";
import type { FeatureValues } from "../../domain/catalogue/records.ts";
import { createRandom } from "../random.ts";
import { startStep } from "../terminal/progress.ts";
import { fitModel } from "../train/fit-model.ts";
import type { Interaction, TrainingData } from "../train/training-data.ts";

const USERS = 1_000;
const ITEMS = 2_000;
const INTERACTIONS = 100_000;
const GENRES = 20;
const WORDS = 1_500;
const SEED = 20_261_121;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const NEWEST_AT = Date.UTC(2026, 10, 21);
/** Users like some genres more than others by so much (logit). */
const TASTE = 2;
/** A training may take this long. */
const BUDGET_SECONDS = 300;

export interface TrainResult {
  readonly train: {
    readonly users: number;
    readonly items: number;
    readonly interactions: number;
    readonly seconds: Readonly<Record<string, number>>;
    readonly total_seconds: number;
    /** Of five minutes. */
    readonly share_of_budget: number;
    readonly peak_rss_mib: number;
    readonly validation_ndcg: { readonly blend: number; readonly similarity: number; readonly popularity: number };
  };
}

/** Items of some genres with a title, users with a taste in genres, interactions that follow it and popularity. */
function makeShop(): TrainingData {
  const random = createRandom(SEED);
  const draw = (count: number): number => Math.floor(random() * count);
  const genresOf = Array.from({ length: ITEMS }, () => [draw(GENRES), draw(GENRES)] as const);
  const items = new Map(
    genresOf.map(([first, second], place): [string, FeatureValues] => {
      const name = `word${draw(WORDS)} word${draw(WORDS)} word${draw(WORDS)}`;
      const features = { genres: `genre${first}|genre${second}` };
      return [`item-${place}`, itemFeatures({ features, name, category: `line ${first}`, price: 5 + draw(100) })];
    }),
  );
  const users = new Map<string, FeatureValues>();
  const interactions: Interaction[] = [];
  const popularity = Array.from({ length: ITEMS }, () => random() ** 4);
  for (let user = 0; user < USERS; user++) {
    const userId = `user-${user}`;
    const taste = Array.from({ length: GENRES }, () => Math.exp(TASTE * (random() * 2 - 1)));
    users.set(userId, {
      age: 16 + draw(60),
      city: `city ${draw(40)}`,
      country_code: ["FR", "US", "DE"][draw(3)] ?? null,
    });
    const keys = genresOf.map(([first, second], place) => ({
      place,
      // The largest of these draw without replacement, in proportion to their weight (Efraimidis & Spirakis, 2006).
      key: Math.log(random()) / ((popularity[place] ?? 0) * ((taste[first] ?? 1) + (taste[second] ?? 1)) + 1e-6),
    }));
    keys.sort((a, b) => b.key - a.key);
    for (const { place } of keys.slice(0, INTERACTIONS / USERS)) {
      const at = NEWEST_AT - draw(365) * DAY_MILLISECONDS;
      interactions.push({
        userId,
        itemId: `item-${place}`,
        rating: 1 + draw(5),
        at,
        orderId: null,
        sessionId: null,
        quantity: null,
      });
    }
  }
  return { users, items, interactions };
}

/** Trains on 100,000 interactions of 1,000 users with 2,000 items: seconds of each part, of the five minutes that it may take. */
export async function benchTrain(): Promise<TrainResult> {
  const data = makeShop();
  const step = startStep(`Training on ${INTERACTIONS} interactions with ${ITEMS} items`);
  const startedAt = performance.now();
  let part = "";
  const { seconds, validation } = await fitModel(
    data,
    { seed: 1, validation: "random", towers: {} },
    { begin: (name) => (part = name), progress: (done, total, note) => step.update(done, total, `${part} ${note}`) },
  );
  const total = (performance.now() - startedAt) / 1_000;
  step.done();
  const { measured } = validation;
  return {
    train: {
      users: USERS,
      items: ITEMS,
      interactions: INTERACTIONS,
      seconds,
      total_seconds: Number(total.toFixed(1)),
      share_of_budget: Number((total / BUDGET_SECONDS).toFixed(2)),
      // Kilobytes, of the process at its largest.
      peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024),
      validation_ndcg: {
        blend: measured.blend.ndcg.value,
        similarity: measured.similarity.ndcg.value,
        popularity: measured.popularity.ndcg.value,
      },
    },
  };
}
