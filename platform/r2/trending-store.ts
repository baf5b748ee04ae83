import { z } from "zod";

import type { RecentDemand } from "../../domain/catalogue/sales-statistics.ts";

const KEY = "trending-sums.json";

const sumsSchema = z.object({
  at: z.number(),
  through: z.number(),
  made_at: z.number(),
  items: z.array(z.tuple([z.string(), z.number(), z.number()])),
});

/** What was summed of the days before the newest, so that not every snapshot reads four weeks. */
export interface KeptSums {
  readonly sums: RecentDemand;
  /** End of what is in the sums, milliseconds since 1970 UTC. */
  readonly through: number;
  readonly madeAt: number;
}

/** The sums that were kept last; null where there are none that can be read. */
export async function readTrendingSums(bucket: R2Bucket): Promise<KeptSums | null> {
  const object = await bucket.get(KEY);
  if (object === null) return null;
  const read = sumsSchema.safeParse(await object.json().catch(() => null)).data;
  if (read === undefined) return null;
  const { at, items, through, made_at } = read;
  const entries = items.map(([id, purchases, interest]) => [id, { purchases, interest }] as const);
  return { sums: { at, items: () => entries }, through, madeAt: made_at };
}

/** Keeps sums for the next snapshot. */
export async function writeTrendingSums(bucket: R2Bucket, { sums, through, madeAt }: KeptSums): Promise<void> {
  const items = Array.from(sums.items(), ([id, { purchases, interest }]) => [id, purchases, interest] as const);
  await bucket.put(KEY, JSON.stringify({ at: sums.at, through, made_at: madeAt, items }));
}
