import type { PersonMatcher } from "../../../domain/erasure/person.ts";
import type { ListedFile } from "../../../domain/lake/hour-listing.ts";
import { hourWork } from "../../../domain/lake/hour-work.ts";
import { hourFolder } from "../../../domain/lake/lake-keys.ts";
import type { LakeMarker } from "../../../domain/lake/marker.ts";
import { putLakeHour } from "../../../platform/d1/lake-hour-store.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import { LakeFileReader } from "../../../platform/parquet/lake-file-reader.ts";
import {
  ChangedObjectError,
  deleteHourFiles,
  type HourFound,
  openLakeObject,
  putMarker,
  readHour,
} from "../../../platform/r2/lake-store.ts";
import { CompactionRefusal } from "../compaction/refusal.ts";
import type { LakeHourPlace } from "../compaction/source-files.ts";
import { holdsPerson } from "./find-person.ts";
import { rewriteFile } from "./rewrite-file.ts";

/** What came of looking for a person in an hour of a table. */
export interface ErasedHour {
  /**
   * `clean`: nothing of the person is in it, any more or at all. `open`: something is, and the hour may still get files.
   * `uncompacted`: it is to be compacted first. `busy`: compaction was at it, or the hour cannot be read.
   */
  readonly state: "clean" | "open" | "uncompacted" | "busy";
  /** Rows that were theirs. */
  readonly rows: number;
  /** Files that held them, and are gone. */
  readonly files: number;
  /** How many files were looked into. */
  readonly looked: number;
}

/** What erasing in an hour is given beside its place. */
export interface EraseHourDeps {
  readonly db: D1Database;
  readonly person: PersonMatcher;
  /** True when no file can come into the hour any more that is not late. */
  readonly isClosed: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

async function open(place: LakeHourPlace, listed: ListedFile): Promise<LakeFileReader> {
  const key = hourFolder(place.traits.table.name, place.hourMs) + listed.file;
  const buffer = await openLakeObject(place.bucket, key, listed);
  return LakeFileReader.open(place.traits.table, buffer).catch((error: unknown) => {
    // What R2 gave is what there is: it would be the same next time.
    throw new CompactionRefusal(`${key}: ${messageOf(error)}`);
  });
}

/** Those of an hour's files that hold the person: also superseded ones, and large ones that no marker names. */
async function filesWithPerson(
  place: LakeHourPlace,
  listing: readonly ListedFile[],
  person: PersonMatcher,
): Promise<ListedFile[]> {
  const found: ListedFile[] = [];
  for (const listed of listing) {
    if (listed.kind !== "small" && listed.kind !== "large") continue;
    if (await holdsPerson(place, await open(place, listed), person)) found.push(listed);
  }
  return found;
}

/** Has compaction's look at the hour begin anew: what is superseded by an erasure is swept like what compaction supersedes. */
async function noteHour(
  { traits, hourMs }: LakeHourPlace,
  { db, now }: EraseHourDeps,
  marker: LakeMarker | null,
): Promise<void> {
  await putLakeHour(db, {
    tableName: traits.table.name,
    hour: hourMs,
    state: "compacted",
    smallFiles: marker?.sources.length ?? 0,
    largeFiles: marker?.files.length ?? 0,
    rows: marker?.rows ?? 0,
    compactedAt: now(),
  });
}

/**
 * Puts a marker that names files without the person in the place of those that hold them: that is the moment at which
 * readers change over, and like compaction's it needs the marker that was read.
 * @returns how many rows were theirs
 */
async function exchange(
  place: LakeHourPlace,
  { listing, marker }: HourFound,
  { person, now }: EraseHourDeps,
): Promise<number> {
  if (marker === null) return 0;
  const { content, etag } = marker;
  const listed = new Map(listing.map((file) => [file.file, file]));
  const files: LakeMarker["files"] = [];
  let isChanged = false;
  let rows = 0;
  for (const named of content.files) {
    const source = listed.get(named.file);
    if (source === undefined) throw new CompactionRefusal(`${named.file} is not there, but the marker names it.`);
    const reader = await open(place, source);
    if (!(await holdsPerson(place, reader, person))) {
      files.push(named);
      continue;
    }
    // A name of its own for every attempt: an earlier one that is still alive must not write over it.
    const name = `large-erased-${crypto.randomUUID()}.parquet`;
    const rewritten = await rewriteFile(place, reader, name, person);
    files.push(rewritten.file);
    isChanged = true;
    rows += rewritten.rows;
  }
  if (!isChanged) return 0;
  const next = { ...content, files, compacted_at: new Date(now()).toISOString() };
  if (!(await putMarker(place.bucket, next, etag))) throw new CompactionRefusal("Another run was faster.");
  return rows;
}

/** Files that the marker has made useless. A small one that it does not know came late: its rows are nowhere else. */
function supersededFiles({ listing, marker }: HourFound): ListedFile[] {
  const named = new Set(marker?.content.files.map(({ file }) => file));
  const taken = new Map(marker?.content.sources.map(({ file, etag }) => [file, etag]));
  return listing.filter(({ file, kind, etag }) =>
    kind === "large" ? !named.has(file) : kind === "small" && taken.get(file) === etag,
  );
}

async function eraseCompactedHour(
  place: LakeHourPlace,
  found: HourFound,
  deps: EraseHourDeps,
): Promise<{ rows: number; files: number }> {
  const { bucket, traits, hourMs } = place;
  // First: an attempt that dies leaves files behind, which only a look of compaction's removes.
  await noteHour(place, deps, found.marker?.content ?? null);
  const rows = await exchange(place, found, deps);
  const after = await readHour(bucket, traits.table.name, hourMs);
  await noteHour(place, deps, after.marker?.content ?? null);
  // At once, although somebody may have listed them a moment ago: that reader finds them gone, and lists again.
  const left = await filesWithPerson(place, supersededFiles(after), deps.person);
  await deleteHourFiles(
    bucket,
    traits.table.name,
    hourMs,
    left.map(({ file }) => file),
  );
  return { rows, files: left.length };
}

function isBusy(error: unknown): boolean {
  return error instanceof CompactionRefusal || error instanceof ChangedObjectError;
}

/**
 * Takes a person out of an hour of the lake. As many rows as before stay, with all that is counted; what was superseded
 * and holds the person is deleted. An hour that holds them must be compacted first, so that there is one way in which
 * readers change over: its marker. Doing it again changes nothing.
 */
export async function eraseHour(place: LakeHourPlace, deps: EraseHourDeps): Promise<ErasedHour> {
  const found = await readHour(place.bucket, place.traits.table.name, place.hourMs);
  const nothing = { rows: 0, files: 0, looked: found.listing.length };
  try {
    if ((await filesWithPerson(place, found.listing, deps.person)).length === 0) return { state: "clean", ...nothing };
    if (!deps.isClosed) return { state: "open", ...nothing };
    const { kind } = hourWork(found.listing, found.marker?.content ?? null, deps.now());
    if (kind === "compact") return { state: "uncompacted", ...nothing };
    return { state: "clean", ...nothing, ...(await eraseCompactedHour(place, found, deps)) };
  } catch (error) {
    if (!isBusy(error)) throw error;
    logger.warn("erasure_hour_busy", { table: place.traits.table.name, message: messageOf(error) });
    return { state: "busy", ...nothing };
  }
}
