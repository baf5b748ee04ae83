import type { EntityCounts, OrderRecord } from "../../../domain/catalogue/records.ts";
import { LEASE_SECONDS } from "../../../domain/sync/limits.ts";
import type { EntityState } from "../../../domain/sync/pass.ts";
import { addCounts, type Entity, type RunCounts } from "../../../domain/sync/run.ts";
import { assertLeaseStatement, renewLeaseStatement } from "../../../platform/d1/lease-store.ts";
import { runCountsStatement } from "../../../platform/d1/sync-run-store.ts";
import { changedRunStatement, entityStateStatement } from "../../../platform/d1/sync-state-store.ts";
import { messageOf } from "../../../platform/logger.ts";
import { type SyncContext, SYNC_LEASE } from "./context.ts";
import { keepRowsAside, type RowAside } from "./row-aside.ts";

/** What one page changes. */
export interface PageCommit {
  readonly statements: readonly D1PreparedStatement[];
  readonly counts: Partial<EntityCounts>;
  /** Rows that are set aside from now on. */
  readonly aside?: readonly RowAside[];
  /** Orders that are new or differ: the ledger counts them. */
  readonly orders?: readonly OrderRecord[];
}

/** A page that only moves the reading on. */
export const NOTHING: PageCommit = { statements: [], counts: {} };

/**
 * Writes a page, where reading goes on behind it, and the counts in one transaction: a run that is killed between two
 * pages goes on from the last one and counts nothing twice. Nothing is written when the lease went to another run. Rows
 * that are set aside go to the lake first, and orders to the ledger: where that fails the page is not committed, so that
 * the next attempt finds them new once more, and a repetition is the same file and changes no order.
 * @returns the run's counts with the page's
 * @throws Error when the lease went to another run in the meantime
 */
export async function commitPage(
  context: Pick<SyncContext, "db" | "run" | "runId" | "now" | "keepAside" | "bookOrders">,
  entity: Entity,
  commit: PageCommit,
  state: EntityState,
  counts: RunCounts,
): Promise<RunCounts> {
  const { db, run, runId } = context;
  const total = addCounts(counts, entity, commit.counts);
  // Neither vectors nor the snapshot follow from a user.
  const changed = entity !== "users" && (commit.counts.written ?? 0) + (commit.counts.deleted ?? 0) > 0;
  await keepRowsAside(context, entity, commit.aside ?? []);
  const { orders = [] } = commit;
  if (orders.length > 0) await context.bookOrders(orders, run);
  try {
    await db.batch([
      assertLeaseStatement(db, SYNC_LEASE, runId),
      ...commit.statements,
      entityStateStatement(db, entity, state),
      runCountsStatement(db, run, total),
      ...(changed ? [changedRunStatement(db, run)] : []),
      renewLeaseStatement(db, SYNC_LEASE, runId, context.now(), LEASE_SECONDS),
    ]);
  } catch (error) {
    if (!messageOf(error).includes("malformed JSON")) throw error;
    throw new Error("Another run took over, since this one was silent too long.", { cause: error });
  }
  return total;
}
