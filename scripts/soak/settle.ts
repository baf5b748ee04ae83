import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import type { Step } from "../terminal/progress.ts";
import type { LakeCopy } from "./lake-copy.ts";
import { POLL_MILLISECONDS, STAYS_QUIET_MILLISECONDS } from "./limits.ts";
import { SOAK_KEY, type SoakRuntime } from "./soak-runtime.ts";
import type { LakeSums, LakeVerdict } from "./verdict.ts";

const statusSchema = z.object({
  totals: z.object({
    uncounted_since: z.string().nullable(),
    unstored_since: z.string().nullable(),
    sealed: z.number(),
    transfers: z.number(),
  }),
  shards: z.array(
    z.looseObject({
      uncounted_since: z.string().nullable(),
      unstored_since: z.string().nullable(),
      transfers: z.number(),
      failures: z.number(),
    }),
  ),
  unreachable: z.array(z.unknown()),
});
type Status = z.infer<typeof statusSchema>;
const sumsSchema = z.object({ views: z.number(), carts: z.number(), purchases: z.number(), quantity: z.number() });

/** Sums of D1's hourly counters. */
export async function countersOf(runtime: SoakRuntime): Promise<LakeSums> {
  const { storageUrl } = await runtime.ready();
  return sumsSchema.parse(await (await fetch(`${storageUrl}/counters`)).json());
}

async function statusOf(runtime: SoakRuntime): Promise<Status | null> {
  const { url } = await runtime.ready();
  const response = await fetch(`${url}/v1/ledger`, { headers: { authorization: `Bearer ${SOAK_KEY}` } });
  return response.ok ? statusSchema.parse(await response.json()) : null;
}

/** True when nothing waits in any shard. */
async function isQuiet(runtime: SoakRuntime): Promise<boolean> {
  const status = await statusOf(runtime);
  if (status === null) return false;
  const { totals, unreachable } = status;
  const waits = totals.uncounted_since !== null || totals.unstored_since !== null;
  return !waits && totals.sealed === 0 && totals.transfers === 0 && unreachable.length === 0;
}

/** What the shards say in which something waits or fails, and those that say nothing; null when the API does not answer. */
export async function waitingShards(runtime: SoakRuntime): Promise<readonly unknown[] | null> {
  const status = await statusOf(runtime);
  if (status === null) return null;
  const waiting = status.shards.filter(
    (shard) =>
      shard.uncounted_since !== null || shard.unstored_since !== null || shard.transfers > 0 || shard.failures > 0,
  );
  return [...waiting, ...status.unreachable];
}

/** How long is waited, and for what. */
export interface Settling {
  readonly acknowledged: number;
  /** At most. */
  readonly milliseconds: number;
  readonly step: Step;
}

/**
 * Waits until every acknowledged event is in the lake and nothing waits in any shard, and stays so while sessions could
 * offer their events once more.
 * @returns what the lake says then, or when the time is over
 */
export async function settle(
  runtime: SoakRuntime,
  lake: LakeCopy,
  judge: () => Promise<LakeVerdict>,
  { acknowledged, milliseconds, step }: Settling,
): Promise<LakeVerdict> {
  const end = Date.now() + milliseconds;
  let quietSince: number | null = null;
  for (;;) {
    const isLate = Date.now() > end;
    const quiet = await isQuiet(runtime);
    if (!quiet) quietSince = null;
    if (quiet || isLate) {
      await lake.update((await runtime.ready()).storageUrl);
      const verdict = await judge();
      step.update(verdict.found, acknowledged);
      if (isLate) return verdict;
      quietSince ??= Date.now();
      const stayed = Date.now() - quietSince >= STAYS_QUIET_MILLISECONDS;
      if (stayed && verdict.lost === 0) return verdict;
    }
    await sleep(POLL_MILLISECONDS);
  }
}
