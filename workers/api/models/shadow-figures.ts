import { HOUR_MILLISECONDS } from "../../../domain/lake/lake-keys.ts";
import { reportOf } from "../../../domain/models/shadow-report.ts";
import { emptyTally, uniteTallies } from "../../../domain/models/shadow-tally.ts";
import type { ModelRow } from "../../../platform/d1/models.ts";
import { readShadowHours, type ShadowHour } from "../../../platform/d1/shadow-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { presentControl } from "./describe.ts";

/** Figures are of so many days at most: what is older was another shop. */
const REPORT_DAYS_MAX = 31;
const REPORT_MILLISECONDS = REPORT_DAYS_MAX * 24 * HOUR_MILLISECONDS;

function against(activeVersion: string, hours: readonly ShadowHour[]): object {
  const beginnings = hours.map(({ hour }) => hour);
  return {
    active_version: activeVersion,
    from: new Date(Math.min(...beginnings)).toISOString(),
    to: new Date(Math.max(...beginnings) + HOUR_MILLISECONDS).toISOString(),
    hours: hours.length,
    ...reportOf(hours.reduce((sum, { tally }) => uniteTallies(sum, tally), emptyTally())),
  };
}

/**
 * How a version compared as a shadow, for each model that was active meanwhile, the newest first.
 * @param now milliseconds since 1970 UTC
 */
export async function reportShadow(env: RuntimeEnv, { version }: ModelRow, now: number): Promise<object> {
  const [hours, control] = await Promise.all([
    readShadowHours(env.DB, version, now - REPORT_MILLISECONDS),
    presentControl(env),
  ]);
  const byActive = Map.groupBy(hours, ({ activeVersion }) => activeVersion);
  const shadow = control?.model.shadow;
  return {
    version,
    share: shadow?.version === version ? shadow.share : null,
    comparisons: [...byActive].map(([activeVersion, own]) => against(activeVersion, own)),
  };
}
