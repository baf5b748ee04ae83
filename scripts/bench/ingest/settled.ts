import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import type { BenchRuntime } from "../runtime.ts";
import { BENCH_KEY } from "../scenario.ts";

const POLL_MILLISECONDS = 200;
const statusSchema = z.object({
  totals: z.object({
    uncounted_since: z.string().nullable(),
    unstored_since: z.string().nullable(),
    sealed: z.number(),
    transfers: z.number(),
  }),
});
const SUM_SQL = "SELECT coalesce(sum(views), 0) AS views FROM hourly_items";

/** When what a load brought was where it belongs, in milliseconds since the load's end. */
export interface Settled {
  readonly counters: number;
  readonly lake: number;
}

async function viewsCounted(db: D1Database): Promise<number> {
  return (await db.prepare(SUM_SQL).first<{ views: number }>())?.views ?? 0;
}

async function isInLake(url: string): Promise<boolean> {
  const response = await fetch(`${url}/v1/ledger`, { headers: { authorization: `Bearer ${BENCH_KEY}` } });
  const { totals } = statusSchema.parse(await response.json());
  return totals.unstored_since === null && totals.sealed === 0 && totals.transfers === 0;
}

/**
 * Waits until the hourly counters hold `views`, and everything is in the lake.
 * @param progress is told how many views are counted
 * @throws Error when that takes longer than `deadline` milliseconds
 */
export async function waitUntilSettled(
  { url, miniflare }: BenchRuntime,
  views: number,
  deadline: number,
  progress: (counted: number) => void,
): Promise<Settled> {
  const db = await miniflare.getD1Database("DB");
  const startedAt = Date.now();
  let counters: number | null = null;
  for (;;) {
    const passed = Date.now() - startedAt;
    const counted = counters === null ? await viewsCounted(db) : views;
    progress(counted);
    if (counted > views) throw new Error(`${counted} views are counted, but ${views} were sent.`);
    if (counted === views) counters ??= passed;
    if (counters !== null && (await isInLake(url))) return { counters, lake: Date.now() - startedAt };
    if (passed > deadline) throw new Error(`After ${passed} ms ${counted} of ${views} views are counted.`);
    await sleep(POLL_MILLISECONDS);
  }
}
