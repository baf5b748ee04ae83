import { setTimeout as sleep } from "node:timers/promises";

import { EXPORT_SETTLE_ROUNDS_MAX } from "../../../domain/exports/limits.ts";
import { ledgerName } from "../../../domain/ledger/routing.ts";
import { d1Now } from "../../../platform/d1/versions/clock.ts";
import type { ExportEnv } from "./context.ts";

/** D1 is asked again after this long until its clock has passed the moment. */
const CLOCK_WAIT_MILLISECONDS = 20;
/** Clocks of one platform are closer than this. */
const CLOCK_WAIT_MAX_MILLISECONDS = 10_000;

function ledgersOf({ INTERACTION_LEDGER, LEDGER_SHARDS }: Pick<ExportEnv, "INTERACTION_LEDGER" | "LEDGER_SHARDS">) {
  return Array.from({ length: Number(LEDGER_SHARDS) }, (_, shard) => INTERACTION_LEDGER.getByName(ledgerName(shard)));
}

/**
 * Chooses the moment of an export: nothing that is stamped up to it can still come. Shards first hand each other what
 * waits, so that an order that was booked is its buyer's; one that goes on waiting belongs to the next export.
 * @param earliest milliseconds since 1970 UTC that the moment is not before: who asks for one may have a clock that is ahead
 * @returns milliseconds since 1970 UTC
 * @throws Error when D1's clock does not get there
 */
export async function chooseMoment(env: ExportEnv, earliest = 0): Promise<number> {
  const ledgers = ledgersOf(env);
  for (let round = 0; round < EXPORT_SETTLE_ROUNDS_MAX; round++) {
    const waiting = await Promise.all(ledgers.map((ledger) => ledger.settle()));
    if (waiting.every((count) => count === 0)) break;
  }
  const clocks = await Promise.all([d1Now(env.DB), ...ledgers.map((ledger) => ledger.clock())]);
  const moment = Math.max(earliest, ...clocks);
  await Promise.all(ledgers.map((ledger) => ledger.cut(moment)));
  await waitUntilPast(env.DB, moment);
  return moment;
}

/** D1 has one writer: once its clock is past the moment, all that it stamped up to it is there. */
async function waitUntilPast(db: D1Database, moment: number): Promise<void> {
  const end = Date.now() + CLOCK_WAIT_MAX_MILLISECONDS;
  while ((await d1Now(db)) <= moment) {
    if (Date.now() > end) throw new Error("D1's clock is far behind the ledger's.");
    await sleep(CLOCK_WAIT_MILLISECONDS);
  }
}
