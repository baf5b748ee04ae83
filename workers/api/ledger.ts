import { Hono } from "hono";

import { STORAGE_MAX_BYTES } from "../../domain/ledger/limits.ts";
import type { LedgerStatus } from "../../domain/ledger/status.ts";
import { askShards, oldestOf, type UnreachableShard } from "../../platform/ledger/shard-statuses.ts";
import { requireScope } from "./auth.ts";
import type { ApiEnv } from "./context.ts";
import { isoTime } from "./list.ts";

/** A shard that has not answered by then is named as one that cannot be reached. */
const STATUS_DEADLINE_MILLISECONDS = 5_000;
/** A flush waits for D1 and R2; what is not done by then goes on without anybody waiting. */
const FLUSH_DEADLINE_MILLISECONDS = 60_000;
const SECOND_MILLISECONDS = 1_000;

function sumOf(statuses: readonly LedgerStatus[], field: "storage_bytes" | "sealed" | "transfers"): number {
  return statuses.reduce((sum, status) => sum + status[field], 0);
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
