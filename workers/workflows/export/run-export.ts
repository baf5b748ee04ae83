import config from "#shop-config";
import { TRAINING_COLUMNS } from "../../../domain/exports/columns.ts";
import { EXPORT_ATTEMPTS_MAX, EXPORT_FILES_PER_CHECK_MAX } from "../../../domain/exports/limits.ts";
import { filesOf } from "../../../domain/exports/manifest.ts";
import type { ExportParams } from "../../../domain/exports/params.ts";
import { goneUsersMark } from "../../../platform/d1/versions/gone-users.ts";
import { removeExportFiles } from "../../../platform/r2/export-store.ts";
import { checkCounts, checkFiles } from "./check.ts";
import type { ExportContext, ExportEnv } from "./context.ts";
import { chooseMoment } from "./cut.ts";
import { fixFeatures } from "./features.ts";
import { buildManifest, rowsOf } from "./manifest.ts";
import { pruneRecords } from "./prune.ts";
import { publishedSize, type PublishedSize, publishExport, sweepLostExports } from "./publish.ts";
import { removeOldExports } from "./retention.ts";
import { writeTables } from "./write-tables.ts";

/** What a run needs of the workflow that it is in. */
export interface ExportRun {
  readonly env: ExportEnv;
  readonly id: string;
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number;
  now(): number;
  /** Runs something once, however often the instance is begun again, and gives what came of it. */
  step<Outcome>(name: string, run: () => Promise<Outcome>): Promise<Outcome>;
}

/**
 * Makes an export: moment, columns, parts, checks, manifest.
 * @throws ExportRefusal when nothing is published: it would be empty, or the counts disagree
 */
export async function runExport(run: ExportRun, params: ExportParams): Promise<PublishedSize> {
  const { env, id } = run;
  for (let attempt = 1; ; attempt++) {
    const named: ExportRun = {
      ...run,
      step: (name, work) => run.step(attempt === 1 ? name : `${name}, ${attempt}`, work),
    };
    const done = await attemptExport(named, params);
    if (done !== null) return done;
    if (attempt === EXPORT_ATTEMPTS_MAX) {
      throw new Error(`Users were erased or deleted during each of ${EXPORT_ATTEMPTS_MAX} attempts: try again later.`);
    }
    await run.step(`begin again, ${attempt}`, () => removeExportFiles(env.EXPORTS, id));
  }
}

/** @returns null when a user was erased or deleted meanwhile, who may be in what was written */
async function attemptExport(run: ExportRun, params: ExportParams): Promise<PublishedSize | null> {
  const { env, id } = run;
  const gone = await run.step("begin", () => goneUsersMark(env.DB));
  const someoneWent = async (): Promise<boolean> => (await goneUsersMark(env.DB)) !== gone;
  const asOf = await run.step("moment", async () => {
    const now = await chooseMoment(env, params.asOf ?? 0);
    return params.asOf ?? now;
  });
  const features = await run.step("columns", () => fixFeatures(env.DB, asOf));
  const context: ExportContext = { env, id, asOf, csv: params.csv, userIds: params.userIds, features };
  const trainingColumns = [...TRAINING_COLUMNS, ...features.users, ...features.repeated];
  const written = await writeTables(run, { ...context, trainingColumns });
  try {
    await run.step("check counts", () =>
      checkCounts(
        context,
        {
          training: rowsOf(written.training.parts),
          users: rowsOf(written.users.parts),
          items: rowsOf(written.items.parts),
          goneUsers: written.goneUsers,
        },
        written.sums,
      ),
    );
  } catch (error) {
    // Whoever goes is missing from the counts at once, and from what was written only when it is written again.
    if (await run.step("gone while it was counted", someoneWent)) return null;
    throw error;
  }
  const manifest = await run.step("describe", () =>
    buildManifest(context, { createdAt: run.startedAt, historic: params.asOf !== null, trainingColumns }, written),
  );
  const files = filesOf(manifest);
  for (let first = 0; first < files.length; first += EXPORT_FILES_PER_CHECK_MAX) {
    const some = files.slice(first, first + EXPORT_FILES_PER_CHECK_MAX);
    const name = first === 0 ? "check files" : `check files from ${first}`;
    await run.step(name, () => checkFiles(env.EXPORTS, id, some));
  }
  if (await run.step("gone while it was checked", someoneWent)) return null;
  await run.step("publish", () => publishExport(env, manifest, new Date(run.now())));
  return publishedSize(manifest);
}

/** What follows from an export that is complete, and must not undo it: old ones go, and so do states too old for any. */
export async function followUp(run: ExportRun): Promise<void> {
  const { env } = run;
  await run.step("remove old exports", async () => ({
    removed: await removeOldExports(env, config.exports.keep),
    lost: await sweepLostExports(env, new Date(run.now())),
  }));
  await pruneRecords(run);
}
