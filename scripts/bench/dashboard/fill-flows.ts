import { DAY_MILLISECONDS, HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { ENTITIES } from "../../../domain/sync/run.ts";
import { itemId } from "../scenario.ts";
import { insertRows } from "./insert-rows.ts";

const SYNC_EVERY_MILLISECONDS = 300_000;
const SYNC_TAKES_MILLISECONDS = 12_000;
const SPIKES = 60;
const OPEN_SPIKES = 6;
const SPIKE_LASTS_MILLISECONDS = 5 * HOUR_MILLISECONDS;
const NOTICES = 90;
const EXPORT_EVERY_MILLISECONDS = 7 * DAY_MILLISECONDS;
const EXPORT_TAKES_MILLISECONDS = 90_000;

type Row = readonly (string | number | null)[];

/** Beginnings of something that happens every so often, the first at `from`, the last before `now`. */
function times(from: number, now: number, every: number): number[] {
  return Array.from({ length: Math.ceil((now - from) / every) }, (_, n) => from + n * every);
}

function syncRuns(from: number, now: number): Row[] {
  const counts = { read: 40, compared: 10_000, changed: 40, written: 40, deleted: 0, quarantined: 0 };
  const written = JSON.stringify(Object.fromEntries(ENTITIES.map((entity) => [entity, counts])));
  return times(from, now, SYNC_EVERY_MILLISECONDS).map((at, n) => [
    `run-${n}`,
    "cron",
    "complete",
    at,
    at + SYNC_TAKES_MILLISECONDS,
    written,
  ]);
}

/** The newest ones go on. Most are of items that many look at. */
function spikes(now: number): Row[] {
  return Array.from({ length: SPIKES }, (_, n) => {
    const isOpen = n >= SPIKES - OPEN_SPIKES;
    const ago = isOpen ? 2 * HOUR_MILLISECONDS : (SPIKES - n) * DAY_MILLISECONDS;
    const start = Math.floor((now - ago) / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
    const end = start + SPIKE_LASTS_MILLISECONDS;
    const signal = n % 2 === 0 ? "interest" : "sales";
    return [
      "item",
      itemId(n),
      signal,
      start,
      isOpen ? now : end,
      isOpen ? null : end,
      start,
      90,
      21.5,
      1e-12,
      4.2,
      start,
    ];
  });
}

function notices(from: number, now: number): Row[] {
  const message = "The oldest event that the lake lacks came 12 minutes ago. Look at the ledger: GET /v1/ledger.";
  return times(from, now, (now - from) / NOTICES).map((at, n, { length }) => {
    // Of a kind and subject one at most is open; how many there are depends on how the range is rounded.
    const isOpen = n === length - 1;
    return [
      "freshness_breach",
      "event_to_lake",
      message,
      Math.floor(at),
      isOpen ? null : Math.floor(at) + HOUR_MILLISECONDS,
    ];
  });
}

function exports(from: number, now: number): Row[] {
  return times(from, now, EXPORT_EVERY_MILLISECONDS).map((at, n) => [
    `export-${n}`,
    "complete",
    at,
    at + EXPORT_TAKES_MILLISECONDS,
    "cron",
    at,
    400_000,
    15_000_000,
  ]);
}

/** What the pipelines did, and what was unusual: runs every five minutes, an export a week, a notice a day. */
export async function fillFlows(db: D1Database, from: number, now: number): Promise<void> {
  const runs = ["run_id", "trigger", "state", "started_at", "finished_at", "counts"];
  await insertRows(db, "sync_runs", runs, syncRuns(from, now));
  const found = ["scope", "subject", "signal", "started_at", "seen_at", "ended_at", "hour", "observed", "expected"];
  await insertRows(db, "spikes", [...found, "p_value", "peak_ratio", "peak_hour"], spikes(now));
  await insertRows(db, "notices", ["kind", "subject", "message", "opened_at", "closed_at"], notices(from, now));
  const files = ["export_id", "state", "started_at", "finished_at", "trigger", "as_of", "rows", "bytes"];
  await insertRows(db, "exports", files, exports(from, now));
}
