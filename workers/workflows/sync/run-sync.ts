import { DESCRIPTIONS_PER_RUN_MAX, ENTITY_STEPS_MAX } from "../../../domain/sync/limits.ts";
import { ReplicaError } from "../../../domain/sync/replica.ts";
import type { Entity, EntityOutcome, RunOutcome, SyncParams } from "../../../domain/sync/run.ts";
import { messageOf } from "../../../platform/logger.ts";
import { countSetAside } from "../../../platform/d1/quarantine-store.ts";
import { describeSource, type DescribedSource, keepEntityNotices } from "./describe-source.ts";
import { configuredEntities, entitySource, viaOf } from "./entity-source.ts";
import { keepFeatures } from "./keep-features.ts";
import { settlePushes } from "./keep-pushes.ts";
import { beginRun, endRun } from "./lifecycle.ts";
import type { StepRunner, SyncServices } from "./services.ts";
import { type PartOutcome, syncEntity } from "./sync-entity.ts";

/** What follows from the rows that a run has written: vectors, the catalogue snapshot. */
export type Followers = (step: StepRunner, run: number, runId: string) => Promise<void>;

type Outcomes = Partial<Record<Entity, EntityOutcome>>;

const COMPLETE: EntityOutcome = { state: "complete", reasons: [] };

/** An error as a reader wants it: what a step throws comes back with its class in front, which says nothing. */
function plain(error: unknown): string {
  return messageOf(error).replace(/^\w*Error: /, "");
}

function isOutage(error: unknown): boolean {
  return error instanceof ReplicaError || messageOf(error).startsWith("ReplicaError: ");
}

async function readPart(
  services: SyncServices,
  described: DescribedSource,
  entity: Entity,
  run: number,
  runId: string,
): Promise<PartOutcome | { readonly kind: "schema"; readonly reason: string }> {
  const { db, config, now, pause, keepAside, bookOrders, erasedAmong } = services;
  // No connection survives a step: each opens its own and closes it.
  const from = await services.openSource(viaOf(config.source, entity));
  try {
    const source = entitySource(entity, config.source, described.schema.tables);
    const context = { db, from, config, run, runId, now, pause, keepAside, bookOrders, erasedAmong };
    return await syncEntity(context, source);
  } catch (error) {
    // The source was changed after it was described: what was read so far stays, and it is described anew.
    if (error instanceof ReplicaError && error.schema) return { kind: "schema", reason: error.message };
    throw error;
  } finally {
    await from.close();
  }
}

/** Reads one entity to its end, or as far as a run may go. @returns null when the source must be described anew */
async function readEntity(
  services: SyncServices,
  step: StepRunner,
  described: DescribedSource,
  entity: Entity,
  run: number,
  runId: string,
  round: number,
): Promise<EntityOutcome | null> {
  for (let part = 1; part <= ENTITY_STEPS_MAX; part++) {
    const name = round === 1 ? `${entity} ${part}` : `${entity} ${part} (${round})`;
    const outcome = await step.do(name, () => readPart(services, described, entity, run, runId));
    if (outcome.kind === "done") return COMPLETE;
    if (outcome.kind === "mass_deletion") return { state: "paused", reasons: [outcome.reason] };
    if (outcome.kind === "schema") {
      return round < DESCRIPTIONS_PER_RUN_MAX ? null : { state: "failed", reasons: [outcome.reason] };
    }
  }
  return { state: "unfinished", reasons: ["There is more to read than one run may: the next one goes on."] };
}

async function readEntities(
  services: SyncServices,
  step: StepRunner,
  run: number,
  runId: string,
): Promise<{ outcomes: Outcomes; drifted: boolean }> {
  const { source } = services.config;
  let drifted = false;
  const outcomes: Outcomes = {};
  for (let round = 1; round <= DESCRIPTIONS_PER_RUN_MAX; round++) {
    const name = round === 1 ? "describe the source" : `describe the source (${round})`;
    const described = await step.do(name, () => describeSource(services, run));
    drifted ||= described.drifted;
    let changed = false;
    for (const entity of configuredEntities(source)) {
      if (outcomes[entity]?.state === "complete" || changed) continue;
      const before = described.outcomes[entity];
      if (before !== undefined) {
        outcomes[entity] = before;
        continue;
      }
      try {
        const outcome = await readEntity(services, step, described, entity, run, runId, round);
        if (outcome === null) changed = true;
        else outcomes[entity] = outcome;
      } catch (error) {
        if (!isOutage(error)) throw error;
        outcomes[entity] = { state: "failed", reasons: [plain(error)] };
      }
    }
    if (!changed) return { outcomes, drifted };
  }
  return { outcomes, drifted };
}

/** How a run has ended, from what became of its entities. */
export function runOutcome(outcomes: Readonly<Record<string, EntityOutcome>>): RunOutcome {
  const all = Object.values(outcomes);
  if (all.every((outcome) => outcome.state === "complete")) return { state: "complete" };
  if (all.some((outcome) => outcome.state !== "failed")) return { state: "incomplete" };
  return { state: "failed", error: all[0]?.reasons.join(" ") ?? "Nothing is configured." };
}

/**
 * One run: describe the source → users, items, orders, ratings page by page → what follows from them. Each page is
 * committed with the place where reading goes on; a run that fails or is killed is gone on with by the next. An entity
 * that cannot be read leaves the others alone.
 * @returns the run's number and how it ended; null when another run is at work, or the sync is paused
 */
export async function runSync(
  services: SyncServices,
  step: StepRunner,
  params: { readonly runId: string; readonly trigger: SyncParams["trigger"] },
  followers: Followers,
): Promise<({ run: number } & RunOutcome) | null> {
  const { db } = services;
  const { runId, trigger } = params;
  const run = await step.do("begin", () => beginRun(db, runId, trigger, services.now()));
  if (run === null) return null;
  try {
    const { outcomes, drifted } = await readEntities(services, step, run, runId);
    await step.do("pushes", async () => {
      const { pushHoldSeconds } = services.config.sync;
      for (const entity of ["users", "items"] as const) await settlePushes(db, entity, services.now(), pushHoldSeconds);
    });
    await followers(step, run, runId);
    const outcome = await step.do("complete", async () => {
      await keepFeatures(services, run, drifted);
      await keepEntityNotices(services, outcomes, await countSetAside(db));
      const ended = runOutcome(outcomes);
      await endRun(services, run, runId, ended, outcomes);
      return ended;
    });
    return { run, ...outcome };
  } catch (error) {
    await step.do("failed", () => endRun(services, run, runId, { state: "failed", error: plain(error) }, null));
    throw error;
  }
}
