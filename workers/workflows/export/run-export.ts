import config from "#shop-config";
import { TRAINING_COLUMNS } from "../../../domain/exports/columns.ts";
import { EXPORT_ATTEMPTS_MAX } from "../../../domain/exports/limits.ts";
import { EXPORT_TABLES, filesOf } from "../../../domain/exports/manifest.ts";
import type { ExportParams } from "../../../domain/exports/params.ts";
import { erasedSince } from "../../../platform/d1/erased-user-store.ts";
import { finishExport } from "../../../platform/d1/export-store.ts";
import {
  pointLatestAt,
  putExportManifest,
  readLatestId,
  removeExportFiles,
} from "../../../platform/r2/export-store.ts";
import { checkCounts, checkFiles } from "./check.ts";
import type { ExportContext, ExportEnv } from "./context.ts";
import { chooseMoment } from "./cut.ts";
import { fixFeatures } from "./features.ts";
import { buildManifest, rowsOf } from "./manifest.ts";
import { pruneRecords } from "./prune.ts";
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

/** An export that is complete. */
export interface ExportDone {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Makes an export: moment, columns, parts, checks, manifest; then what follows from it.
 * @throws ExportRefusal when nothing is published: it would be empty, or the counts disagree
 */
export async function runExport(run: ExportRun, params: ExportParams): Promise<ExportDone> {
  const { env, id } = run;
  for (let attempt = 1; ; attempt++) {
    const named: ExportRun = {
      ...run,
      step: (name, work) => run.step(attempt === 1 ? name : `${name}, ${attempt}`, work),
    };
    const done = await attemptExport(named, params);
    if (done !== null) {
      await run.step("follow up", async () => {
        const latest = await readLatestId(env.EXPORTS);
        const removed = await removeOldExports(env, config.exports.keep, latest, run.now());
        return { removed };
      });
      await pruneRecords(run);
      return done;
    }
    if (attempt === EXPORT_ATTEMPTS_MAX) {
      throw new Error(`Users were erased during each of ${EXPORT_ATTEMPTS_MAX} attempts: try again later.`);
    }
    await run.step(`begin again, ${attempt}`, () => removeExportFiles(env.EXPORTS, id));
  }
}

/** @returns null when a user was erased meanwhile, who may be in what was written */
async function attemptExport(run: ExportRun, params: ExportParams): Promise<ExportDone | null> {
  const { env, id } = run;
  const began = await run.step("begin", async () => ({ at: run.now() }));
  const asOf = await run.step("moment", async () => {
    const now = await chooseMoment(env);
    return params.asOf ?? now;
  });
  const features = await run.step("columns", () => fixFeatures(env.DB, asOf));
  const context: ExportContext = { env, id, asOf, csv: params.csv, userIds: params.userIds, features };
  const trainingColumns = [...TRAINING_COLUMNS, ...features.users, ...features.repeated];
  const written = await writeTables(run, { ...context, trainingColumns });
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
  const manifest = await run.step("describe", () =>
    buildManifest(context, { createdAt: run.startedAt, historic: params.asOf !== null, trainingColumns }, written),
  );
  await run.step("check files", () => checkFiles(env.EXPORTS, id, filesOf(manifest)));
  if (await run.step("erased meanwhile", () => erasedSince(env.DB, began.at))) return null;
  await run.step("manifest", () => putExportManifest(env.EXPORTS, manifest));
  if (!manifest.historic) await run.step("latest", () => pointLatestAt(env.EXPORTS, manifest));
  const files = filesOf(manifest);
  const done = {
    rows: EXPORT_TABLES.reduce((sum, table) => sum + manifest.tables[table].rows, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  await run.step("complete", () => finishExport(env.DB, id, { state: "complete", asOf, ...done }, new Date(run.now())));
  return done;
}
