import { emptyControl } from "../../../domain/control/control.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import type { TestRuntime } from "../../support/runtime.ts";

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const NOW = new Date(Date.UTC(2026, 10, 21, 12, 30));
/** So many milliseconds before {@link NOW}. */
export const ago = (milliseconds: number): number => NOW.getTime() - milliseconds;

/** The tables that these tests write to. */
const TABLES = [
  "notices",
  "notice_deliveries",
  "sync_runs",
  "exports",
  "models",
  "items",
  "announcements",
  "hourly_served",
  "hourly_degraded",
  "kept_files",
  "sync_quarantine",
  "sync_state",
  "schema_changes",
] as const;

/** Empties what these tests write to. */
export async function emptyTables(db: D1Database): Promise<void> {
  await db.batch(TABLES.map((table) => db.prepare(`DELETE FROM ${table}`)));
}

/** A bucket that says which model is active. From outside the runtime an object of R2 can be read once only. */
function controlBucket(active: string | null): R2Bucket {
  const control = { ...emptyControl(NOW), model: { active, previous: null } };
  const object = { etag: "1", body: null, json: () => Promise.resolve(control) };
  return { get: () => Promise.resolve(object) } as unknown as R2Bucket;
}

/** The runtime's bindings with some replaced. */
export function envOf(
  { env }: TestRuntime,
  replaced: Partial<RuntimeEnv> = {},
  active: string | null = null,
): RuntimeEnv {
  return { ...env, LEDGER_SHARDS: env.LEDGER_SHARDS, RUNTIME: controlBucket(active), ...replaced };
}

/** A run of the sync as it was kept. */
export async function addRun(
  db: D1Database,
  run: number,
  state: string,
  startedAt: number,
  more: { counts?: object; error?: string } = {},
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO sync_runs (run, run_id, "trigger", state, started_at, counts, error) VALUES (?, ?, 'cron', ?, ?, ?, ?)`,
    )
    .bind(run, `run-${run}`, state, startedAt, JSON.stringify(more.counts ?? {}), more.error ?? null)
    .run();
}
