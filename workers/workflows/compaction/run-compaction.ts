import type { CompactionParams } from "../../../domain/lake/compaction-params.ts";
import { LAKE_TABLES, type LakeTableName } from "../../../domain/lake/lake-table.ts";
import { STEPS_PER_INSTANCE_MAX } from "../../../domain/lake/limits.ts";
import { LAKE_TABLE_TRAITS } from "../../../domain/lake/tables.ts";
import { putLakeHour, refuseLakeHour } from "../../../platform/d1/lake-hour-store.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { compactHour, type RunStep } from "./compact-hour.ts";
import { findWork } from "./find-work.ts";
import { CompactionRefusal } from "./refusal.ts";
import type { LakeHourPlace } from "./source-files.ts";
import { sweepHour } from "./sweep-hour.ts";

/** What a run needs of its surroundings. */
export interface CompactionDeps {
  readonly bucket: R2Bucket;
  readonly db: D1Database;
  readonly step: RunStep;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** The moment before which every ledger shard has put everything; milliseconds since 1970 UTC. */
  readonly committedBefore: () => Promise<number>;
  /** Steps that this run may make; {@link STEPS_PER_INSTANCE_MAX} unless told otherwise. */
  readonly stepsMax?: number;
  /** Begins another run where this one stops. */
  readonly continueWith: (params: CompactionParams) => Promise<string>;
}

/** What a run came to, in hours of tables. */
export interface CompactionSummary {
  compacted: number;
  swept: number;
  refused: number;
  /** The run that goes on, when this one had made as many steps as it may. */
  continued_as: string | null;
}

async function recordRefusal(deps: CompactionDeps, place: LakeHourPlace, reason: string): Promise<null> {
  const table = place.traits.table.name;
  logger.error("lake_hour_refused", { table, hour: new Date(place.hourMs).toISOString(), reason });
  await refuseLakeHour(deps.db, table, place.hourMs, deps.now());
  return null;
}

async function compactOne(deps: CompactionDeps, place: LakeHourPlace, step: RunStep): Promise<boolean> {
  const outcome = await compactHour(step, place, { now: deps.now });
  if (outcome.kind !== "compacted") return false;
  const table = place.traits.table.name;
  await step("record", async () => {
    const { rows, repeatedRows, smallFiles, largeFiles } = outcome;
    await putLakeHour(deps.db, {
      tableName: table,
      hour: place.hourMs,
      state: "compacted",
      smallFiles,
      largeFiles,
      rows,
      compactedAt: deps.now(),
    });
    const hour = new Date(place.hourMs).toISOString();
    logger.info("lake_hour_compacted", { table, hour, rows, repeatedRows, smallFiles, largeFiles });
    return null;
  });
  return true;
}

async function sweepOne(deps: CompactionDeps, place: LakeHourPlace, step: RunStep): Promise<boolean> {
  const { deleted } = await step("sweep", async () => {
    const swept = await sweepHour(place, deps.now());
    if (swept.isClean) {
      await putLakeHour(deps.db, {
        tableName: place.traits.table.name,
        hour: place.hourMs,
        state: "swept",
        smallFiles: swept.sources,
        largeFiles: swept.largeFiles,
        rows: swept.rows,
        compactedAt: deps.now(),
      });
    }
    return { deleted: swept.deleted };
  });
  return deleted > 0;
}

/**
 * One run: table by table and hour by hour, what is due. An hour that cannot be compacted stays as readers read it,
 * and does not keep the others from it.
 * @returns what came of it
 */
export async function runCompaction(deps: CompactionDeps, params: CompactionParams): Promise<CompactionSummary> {
  const summary: CompactionSummary = { compacted: 0, swept: 0, refused: 0, continued_as: null };
  const { stepsMax = STEPS_PER_INSTANCE_MAX } = deps;
  let steps = 0;
  const step: RunStep = (name, run) => {
    steps++;
    return deps.step(name, run);
  };
  const committedBefore = await step("closed hours", deps.committedBefore).catch((error: unknown) => {
    // Nobody knows what a shard has yet to put, so that no hour of the ledgers' tables counts as closed.
    logger.error("lake_ledgers_unreachable", { message: messageOf(error) });
    return 0;
  });
  const range = { from: params.from ?? null, to: params.to ?? null };
  const first = LAKE_TABLES.indexOf(params.after?.table ?? LAKE_TABLES[0]);
  const tables: readonly LakeTableName[] = params.table === undefined ? LAKE_TABLES.slice(first) : [params.table];
  for (const table of tables) {
    let after: number | null = params.after?.table === table ? params.after.hour : -1;
    while (after !== null) {
      const from: number = after;
      const { due, next } = await step(`${table}: look behind ${from}`, async () => ({
        ...(await findWork({ bucket: deps.bucket, db: deps.db, now: deps.now(), committedBefore }, table, range, from)),
      }));
      for (const { hourMs, kind } of due) {
        if (steps >= stepsMax) {
          const stopped = { ...params, after: { table, hour: hourMs - 1 } };
          summary.continued_as = await deps.step("go on elsewhere", () => deps.continueWith(stopped));
          return summary;
        }
        const place: LakeHourPlace = { bucket: deps.bucket, traits: LAKE_TABLE_TRAITS[table], hourMs };
        const hour = new Date(hourMs).toISOString();
        const stepOfHour: RunStep = (name, run) => step(`${table} ${hour}: ${name}`, run);
        try {
          if (kind === "compact") summary.compacted += (await compactOne(deps, place, stepOfHour)) ? 1 : 0;
          else summary.swept += (await sweepOne(deps, place, stepOfHour)) ? 1 : 0;
        } catch (error) {
          summary.refused++;
          await stepOfHour("refused", () => recordRefusal(deps, place, messageOf(error)));
        }
      }
      after = next;
    }
  }
  return summary;
}

/** Within a workflow's step: a refusal is not tried again. @param final makes the error that ends a step at once */
export async function refusing<Value>(run: () => Promise<Value>, final: (message: string) => Error): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CompactionRefusal) throw final(error.message);
    throw error;
  }
}
