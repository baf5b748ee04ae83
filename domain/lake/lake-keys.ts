import { LAKE_TABLES, type LakeTableName } from "./lake-table.ts";

/** An hour of ingest lasts this long; partitions are hours of UTC. */
export const HOUR_MILLISECONDS = 60 * 60 * 1000;

const SHARD_DIGITS = 2;
const SEGMENT_DIGITS = 10;
const PART_DIGITS = 4;
const HOUR_DIGITS = 2;
const MARKER_FILE = "_compacted.json";

/** An hour's folder in Hive's words. */
export interface LakeHour {
  /** `2026-11-21`, UTC. */
  readonly date: string;
  /** `00` to `23`. */
  readonly hour: string;
}

/**
 * A file of the lake: `small` as it was ingested, `large` as compaction made it, the `marker` that says which counts;
 * `scratch` is what compaction noted for itself.
 */
export interface LakeKey {
  readonly table: LakeTableName;
  /** Beginning of the hour of ingest, milliseconds since 1970 UTC. */
  readonly hourMs: number;
  /** The name within the hour's folder. */
  readonly file: string;
  readonly kind: "small" | "large" | "marker" | "scratch";
}

function digits(number: number, width: number): string {
  return String(number).padStart(width, "0");
}

/** The beginning of the hour that holds a moment; both in milliseconds since 1970 UTC. */
export function hourBeginning(ms: number): number {
  return Math.floor(ms / HOUR_MILLISECONDS) * HOUR_MILLISECONDS;
}

/** The hour that holds a moment (milliseconds since 1970 UTC). */
export function hourOf(ms: number): LakeHour {
  const date = new Date(ms);
  return { date: date.toISOString().slice(0, "2026-11-21".length), hour: digits(date.getUTCHours(), HOUR_DIGITS) };
}

/** `<table>/date=2026-11-21/hour=09/`: everything of an hour, in one listing. */
export function hourFolder(table: LakeTableName, hourMs: number): string {
  const { date, hour } = hourOf(hourMs);
  return `${table}/date=${date}/hour=${hour}/`;
}

/** A segment of a ledger shard, as the shard wrote it: `…/shard-03-0000000042.parquet`. */
export function smallFileKey(table: LakeTableName, hourMs: number, shard: number, segment: number): string {
  return `${hourFolder(table, hourMs)}shard-${digits(shard, SHARD_DIGITS)}-${digits(segment, SEGMENT_DIGITS)}.parquet`;
}

/** A batch that a queue brought: `…/batch-<name>.parquet`. @param name letters, digits, `-` and `_` */
export function batchFileKey(table: LakeTableName, hourMs: number, name: string): string {
  return `${hourFolder(table, hourMs)}batch-${name}.parquet`;
}

/**
 * The name of what compaction made: `large-<plan>-0001-of-0003.parquet`. The plan's name says which small files went in
 * and how they were cut, so that two runs over different files never write the same key, and two over the same files
 * write the same bytes.
 * @param part from 1
 */
export function largeFileName(plan: string, part: number, parts: number): string {
  return `large-${plan}-${digits(part, PART_DIGITS)}-of-${digits(parts, PART_DIGITS)}.parquet`;
}

/** The one object whose presence switches readers from small files to large ones. It sorts before all others. */
export function markerKey(table: LakeTableName, hourMs: number): string {
  return hourFolder(table, hourMs) + MARKER_FILE;
}

/** The name of a note between two steps of compaction: which recommendations came more than once. */
export function repeatsName(plan: string): string {
  return `_repeats-${plan}.json`;
}

const KEY_PATTERN = /^([a-z]+)\/date=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\/([A-Za-z0-9_.-]+)$/;
const SMALL_PATTERN = /^(?:shard|batch)-[A-Za-z0-9_.-]+\.parquet$/;
const SCRATCH_PATTERN = /^_repeats-[0-9a-f]+\.json$/;
const LARGE_PATTERN = /^large-[A-Za-z0-9_.-]+\.parquet$/;

function kindOf(file: string): LakeKey["kind"] | null {
  if (file === MARKER_FILE) return "marker";
  if (SMALL_PATTERN.test(file)) return "small";
  if (SCRATCH_PATTERN.test(file)) return "scratch";
  return LARGE_PATTERN.test(file) ? "large" : null;
}

/** What a key of the bucket is; null for whatever is not a file of a table (`quarantine/…`, strangers' files). */
export function parseLakeKey(key: string): LakeKey | null {
  const [, folder, date, hour, file = ""] = KEY_PATTERN.exec(key) ?? [];
  const table = LAKE_TABLES.find((name) => name === folder);
  const kind = kindOf(file);
  const hourMs = Date.parse(`${date}T${hour}:00:00.000Z`);
  return table === undefined || kind === null || Number.isNaN(hourMs) ? null : { table, hourMs, file, kind };
}
