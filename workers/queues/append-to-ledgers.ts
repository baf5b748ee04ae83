import type { Interaction } from "../../domain/events/interaction.ts";
import { groupByLedger } from "../../domain/ledger/routing.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";

/** What came of an append to all the ledgers that it concerned. */
export interface AppendOutcome {
  readonly appended: number;
  readonly duplicates: number;
  /** Events that no ledger takes any more. */
  readonly tooOld: readonly Interaction[];
  /** What failed, by ledger; whoever had events for it must bring them again. */
  readonly failures: ReadonlyMap<string, Error>;
}

/** Hands events to the ledgers that they belong to, one call per shard. Appending twice counts once. */
export async function appendToLedgers(env: RuntimeEnv, interactions: readonly Interaction[]): Promise<AppendOutcome> {
  const failures = new Map<string, Error>();
  const tooOld: Interaction[] = [];
  let appended = 0;
  let duplicates = 0;
  await Promise.all(
    [...groupByLedger(interactions, Number(env.LEDGER_SHARDS))].map(async ([name, group]) => {
      try {
        const answer = await env.INTERACTION_LEDGER.getByName(name).append(group);
        appended += answer.appended;
        duplicates += answer.duplicates;
        const refused = new Set(answer.tooOld);
        tooOld.push(...group.filter((interaction) => refused.has(interaction.event_id)));
      } catch (error) {
        failures.set(name, error instanceof Error ? error : new Error(messageOf(error)));
        logger.warn("ledger_append_failed", { ledger: name, events: group.length, message: messageOf(error) });
      }
    }),
  );
  return { appended, duplicates, tooOld, failures };
}
