import { ledgerShardsOf } from "../../platform/d1/deployment-store.ts";
import type { Call } from "./call.ts";
import { ApiError } from "./errors.ts";
import { within } from "./recommendations/deadline.ts";

/** D1 is asked once per isolate, and waited for no longer than this: the ledger itself refuses too. */
const DEPLOYMENT_DEADLINE_MILLISECONDS = 300;

/** While D1 does not answer, no request waits for it again before this. */
const ASK_AGAIN_MILLISECONDS = 10_000;

// What this isolate's deployment was made with: it never changes.
let made: number | null = null;
let askAgainAt = 0;

/**
 * Refuses events before they are acknowledged when `LEDGER_SHARDS` is not what the deployment was made with: every
 * shopper would have another shard, and what was counted would be counted again.
 * @throws ApiError 503 `ledger_shards_changed`
 */
export async function assertLedgerShards({ env, waitUntil }: Pick<Call, "env" | "waitUntil">): Promise<void> {
  const configured = Number(env.LEDGER_SHARDS);
  const now = Date.now();
  if (made === null && now >= askAgainAt) {
    const asked = ledgerShardsOf(env.DB, configured);
    const found = await within("ledger_shards", DEPLOYMENT_DEADLINE_MILLISECONDS, asked, waitUntil);
    if (found.ok) made = found.value;
    else askAgainAt = Date.now() + ASK_AGAIN_MILLISECONDS;
  }
  if (made === null || made === configured) return;
  const message = `LEDGER_SHARDS is ${configured}, but this deployment was made with ${made}. Nothing is taken until it is ${made} again.`;
  throw new ApiError("ledger_shards_changed", message);
}
