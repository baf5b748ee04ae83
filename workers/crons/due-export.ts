import config from "#shop-config";
import { exportId } from "../../domain/exports/manifest.ts";
import { lastDue } from "../../domain/exports/schedule.ts";
import { runningExports } from "../../platform/d1/export-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { readLatestId } from "../../platform/r2/export-store.ts";
import { sweepLostExports } from "../workflows/export/publish.ts";
import { startExport } from "../workflows/export/start-export.ts";

const NO_RANDOM = "00000000";

/**
 * Starts an export when none has been complete since the last one was due: so one that failed is made up for by the
 * next night's look. One that is at work is waited for.
 */
export async function startDueExport(env: RuntimeEnv, now: Date): Promise<string | null> {
  await sweepLostExports(env, now);
  const due = lastDue(config.exports.schedule, now);
  if (due === null) return null;
  // Ids sort by age.
  const latest = await readLatestId(env.EXPORTS);
  if (latest !== null && latest >= exportId(due, NO_RANDOM)) return null;
  const atWork = (await runningExports(env.DB)).filter(({ params }) => params.asOf === null);
  if (atWork.some(({ startedAt }) => startedAt >= due.getTime())) return null;
  const id = exportId(now, crypto.randomUUID());
  await startExport(env, id, "cron", { asOf: null, csv: false, userIds: "pseudonym" }, now);
  return id;
}
