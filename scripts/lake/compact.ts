import { setTimeout } from "node:timers/promises";
import { z } from "zod";

import { CommandError } from "../command.ts";
import type { ApiClient } from "../runtime/api-client.ts";
import type { LakeRange } from "./range.ts";

const POLL_MILLISECONDS = 500;
/** A run that takes longer goes on without us. */
const COMPACTION_WAIT_MAX_MILLISECONDS = 60 * 60 * 1000;

const startedSchema = z.object({ id: z.string() });
const stateSchema = z.object({
  state: z.enum(["running", "complete", "failed"]),
  error: z.string().nullable(),
  result: z
    .object({
      compacted: z.number(),
      swept: z.number(),
      refused: z.number(),
      continued_as: z.string().nullable(),
    })
    .nullable(),
});

/** What a run came to, in hours of tables. */
export interface CompactionOutcome {
  readonly compacted: number;
  readonly swept: number;
  readonly refused: number;
}

/**
 * Starts a compaction and waits until it, and whatever goes on behind it, is complete.
 * @param onWait told with each look, in milliseconds since the start
 * @throws CommandError when it fails, or takes longer than an hour
 */
export async function compactLake(
  api: ApiClient,
  { tables, from, to }: LakeRange,
  onWait: (milliseconds: number) => void,
): Promise<CompactionOutcome> {
  const query = new URLSearchParams();
  const [table, ...others] = tables;
  if (table !== undefined && others.length === 0) query.set("table", table);
  if (from > 0) query.set("from", new Date(from).toISOString());
  if (to < Infinity) query.set("to", new Date(to).toISOString());
  let { id } = startedSchema.parse(await api.request("POST", `/v1/lake/compaction?${query.toString()}`));
  const sum = { compacted: 0, swept: 0, refused: 0 };
  for (let waited = 0; waited < COMPACTION_WAIT_MAX_MILLISECONDS; waited += POLL_MILLISECONDS) {
    const { state, error, result } = stateSchema.parse(await api.request("GET", `/v1/lake/compaction/${id}`));
    if (state === "failed") throw new CommandError(`The compaction failed: ${error ?? "no reason was given"}.`);
    if (state === "complete" && result !== null) {
      sum.compacted += result.compacted;
      sum.swept += result.swept;
      sum.refused += result.refused;
      if (result.continued_as === null) return sum;
      id = result.continued_as;
    }
    onWait(waited);
    await setTimeout(POLL_MILLISECONDS);
  }
  throw new CommandError(`The compaction ${id} is still running; its hours appear in \`endcap lake list\`.`);
}
