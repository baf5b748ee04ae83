import { Hono } from "hono";

import { STORAGE_MAX_BYTES } from "../../domain/ledger/limits.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import type { LedgerStatus } from "../../domain/ledger/status.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { requireScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { isoTime } from "./list.ts";

/** A shard that has not answered by then is named as one that cannot be reached. */
const STATUS_DEADLINE_MILLISECONDS = 5_000;
/** A flush waits for D1 and R2; what is not done by then goes on without anybody waiting. */
const FLUSH_DEADLINE_MILLISECONDS = 60_000;
const SECOND_MILLISECONDS = 1_000;

type Ledger = ReturnType<RuntimeEnv["INTERACTION_LEDGER"]["getByName"]>;

interface UnreachableShard {
  readonly shard: number;
  readonly message: string;
}

async function within<Value>(milliseconds: number, work: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms.`)), milliseconds);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks every shard, and says which ones could not be asked: the others' answers are worth having without them. */
async function askShards(
  env: RuntimeEnv,
  deadline: number,
  ask: (ledger: Ledger) => Promise<LedgerStatus>,
): Promise<{ readonly statuses: LedgerStatus[]; readonly unreachable: UnreachableShard[] }> {
  const statuses: LedgerStatus[] = [];
  const unreachable: UnreachableShard[] = [];
  const shards = Array.from({ length: Number(env.LEDGER_SHARDS) }, (_, shard) => shard);
  await Promise.all(
    shards.map(async (shard) => {
      try {
        statuses.push(await within(deadline, ask(env.INTERACTION_LEDGER.getByName(ledgerName(shard)))));
      } catch (error) {
        logger.warn("ledger_unreachable", { shard, message: messageOf(error) });
        unreachable.push({ shard, message: messageOf(error) });
      }
    }),
  );
  const byShard = (left: { shard: number }, right: { shard: number }): number => left.shard - right.shard;
  return { statuses: statuses.sort(byShard), unreachable: unreachable.sort(byShard) };
}

function sumOf(statuses: readonly LedgerStatus[], field: "storage_bytes" | "sealed" | "transfers"): number {
  return statuses.reduce((sum, status) => sum + status[field], 0);
}

function oldestOf(statuses: readonly LedgerStatus[], field: "uncounted_since" | "unstored_since"): number | null {
  const times = statuses.map((status) => status[field]).filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

function secondsSince(time: number | null, now: number): number {
  return time === null ? 0 : Math.max(0, (now - time) / SECOND_MILLISECONDS);
}

function describeShard(status: LedgerStatus): object {
  return {
    ...status,
    uncounted_since: isoTime(status.uncounted_since),
    unstored_since: isoTime(status.unstored_since),
    full: status.storage_bytes / STORAGE_MAX_BYTES,
  };
}

function describe(statuses: readonly LedgerStatus[], unreachable: readonly UnreachableShard[], now: number): object {
  const [uncounted, unstored] = [oldestOf(statuses, "uncounted_since"), oldestOf(statuses, "unstored_since")];
  return {
    totals: {
      storage_bytes: sumOf(statuses, "storage_bytes"),
      uncounted_since: isoTime(uncounted),
      unstored_since: isoTime(unstored),
      sealed: sumOf(statuses, "sealed"),
      transfers: sumOf(statuses, "transfers"),
      failing: statuses.filter((status) => status.failures > 0).length,
      full: Math.max(0, ...statuses.map((status) => status.storage_bytes / STORAGE_MAX_BYTES)),
    },
    lag_seconds: { counters: secondsSince(uncounted, now), lake: secondsSince(unstored, now) },
    shards: statuses.map(describeShard),
    unreachable,
  };
}

/** `/v1/ledger`: how far counters and lake are behind what shoppers did. */
export const ledgerRoutes = new Hono<ApiEnv>();

/** How every shard is. */
ledgerRoutes.get("/", requireScope("analytics:read"), async (context) => {
  const { statuses, unreachable } = await askShards(context.env, STATUS_DEADLINE_MILLISECONDS, (ledger) =>
    ledger.status(),
  );
  return context.json(describe(statuses, unreachable, Date.now()));
});

/** Brings what waits to counters and lake now, due or not; answers how every shard is then. */
ledgerRoutes.post("/flush", requireScope("admin"), async (context) => {
  const { statuses, unreachable } = await askShards(context.env, FLUSH_DEADLINE_MILLISECONDS, (ledger) =>
    ledger.flush(),
  );
  return context.json(describe(statuses, unreachable, Date.now()));
});
