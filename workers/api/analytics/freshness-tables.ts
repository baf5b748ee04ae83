import type { ReportRow } from "./respond.ts";

/** A list of an answer as a table. */
export interface AnswerTable {
  readonly columns: readonly string[];
  /** The list in the answer. */
  readonly rowsOf: (answer: LookAnswer) => readonly object[];
}
/** The tables of an answer by the names that callers give them, the one that is meant without a name first. */
export type AnswerTables = Readonly<Record<string, AnswerTable>>;

/** An answer of freshness, quality or pipelines, by its members' names. */
export type LookAnswer = Readonly<Record<string, unknown>>;

function rowsAt(answer: LookAnswer, path: readonly string[]): readonly object[] {
  const list = path.reduce<unknown>((value, name) => (value as LookAnswer)[name], answer);
  return list as readonly object[];
}

function table(path: readonly string[], columns: readonly string[]): AnswerTable {
  return { columns, rowsOf: (answer) => rowsAt(answer, path) };
}

/** A list's rows as cells of a table: what is neither text nor number is written as JSON. */
export function cellsOf(rows: readonly object[]): ReportRow[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row)));
}

export const FRESHNESS_TABLES = {
  flows: table(["flows"], ["flow", "newest_at", "age_seconds", "objective_seconds", "met", "expected", "message"]),
} as const satisfies AnswerTables;

export const QUALITY_TABLES = {
  rows_set_aside_now: table(["rows_set_aside", "now"], ["entity", "set_aside", "waiting"]),
  rows_set_aside_by_day: table(["rows_set_aside", "by_day"], ["day", "entity", "runs", "read", "set_aside", "share"]),
  rejected: table(["rejected"], ["day", "source", "reason", "records"]),
  drift: table(
    ["drift"],
    ["entity", "table", "column", "kind", "before", "after", "effect", "message", "noticed_at", "announcement_id"],
  ),
  dead_letters: table(["dead_letters"], ["day", "queue", "letters", "not_sent_again"]),
  notices: table(
    ["notices"],
    ["id", "kind", "subject", "message", "opened_at", "closed_at", "expected", "announcement_id"],
  ),
} as const satisfies AnswerTables;

export const PIPELINE_TABLES = {
  sync_runs: table(
    ["sync_runs"],
    [
      "run_id",
      "run",
      "state",
      "trigger",
      "started_at",
      "finished_at",
      "duration_seconds",
      "lag_seconds",
      "counts",
      "progress",
      "entities",
      "error",
      "announcement_id",
    ],
  ),
  exports: table(
    ["exports"],
    ["id", "state", "trigger", "as_of", "rows", "bytes", "user_ids", "started_at", "finished_at", "error"],
  ),
  models: table(
    ["models"],
    [
      "version",
      "state",
      "previous",
      "shadow_share",
      "problems",
      "description",
      "published_at",
      "activated_at",
      "retired_at",
    ],
  ),
  quarantine: table(["quarantine"], ["key", "source", "written_at", "records", "reasons", "replayed_at", "replay"]),
  dead_letters: table(["dead_letters"], ["key", "queue", "written_at", "error", "replayed_at"]),
} as const satisfies AnswerTables;
