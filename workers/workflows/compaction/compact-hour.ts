import type { ListedFile } from "../../../domain/lake/hour-listing.ts";
import { hourWork } from "../../../domain/lake/hour-work.ts";
import { largeFileName } from "../../../domain/lake/lake-keys.ts";
import { REPEATED_IDS_PER_FILE_MAX } from "../../../domain/lake/limits.ts";
import type { LakeMarker, MarkerSource } from "../../../domain/lake/marker.ts";
import { type HourPlan, planHour, type PlanBounds } from "../../../domain/lake/plan.ts";
import { putMarker, readHour } from "../../../platform/r2/lake-store.ts";
import { findRepeats, forgetRepeats, readRepeats } from "./find-repeats.ts";
import { CompactionRefusal } from "./refusal.ts";
import { EVERY_ROW, repeatsOnce, withoutRepeats } from "./row-filter.ts";
import type { LakeHourPlace } from "./source-files.ts";
import { type WrittenFile, writeLargeFile } from "./write-large-file.ts";

/** Remembers what a step came to, so that a run that is resumed goes on behind it. */
export type RunStep = <Value extends Serializable>(name: string, run: () => Promise<Value>) => Promise<Value>;
/** What a workflow's step can hand on. */
export type Serializable =
  | string
  | number
  | boolean
  | null
  | readonly Serializable[]
  | { readonly [name: string]: Serializable };

/** How an hour ended. */
export type CompactedHour =
  | {
      readonly kind: "compacted";
      readonly rows: number;
      readonly repeatedRows: number;
      readonly smallFiles: number;
      readonly largeFiles: number;
    }
  /** Another run was at it, and was faster. */
  | { readonly kind: "overtaken" }
  | { readonly kind: "nothing" };

/** What compaction of an hour is given beside its place. */
export interface CompactHourOptions {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Of a large file; the defaults are those of {@link planHour}. */
  readonly bounds?: PlanBounds;
  /** Bounds of what is told apart in memory; the defaults are those of domain/lake/limits.ts. */
  readonly repeats?: { readonly idsPerFile: number; readonly passBytes: number };
}

const OVERTAKEN: CompactedHour = { kind: "overtaken" };

interface Planned {
  readonly plan: HourPlan;
  readonly sources: readonly ListedFile[];
  /** Etag of the marker that will be replaced. */
  readonly replaces: string | null;
  /** Small files that are in the large ones which that marker names, but for those that changed since. */
  readonly taken: readonly MarkerSource[];
}

async function planNow(place: LakeHourPlace, { now, bounds }: CompactHourOptions): Promise<Planned | null> {
  const { listing, marker } = await readHour(place.bucket, place.traits.table.name, place.hourMs);
  const work = hourWork(listing, marker?.content ?? null, now());
  if (work.kind !== "compact") return null;
  const names = new Set(work.sources.map(({ file }) => file));
  return {
    plan: planHour(work.sources, bounds),
    sources: work.sources,
    replaces: marker?.etag ?? null,
    taken: marker?.content.sources.filter(({ file }) => !names.has(file)) ?? [],
  };
}

/**
 * The plan of that name, made anew from what is in the folder: a step hands on a name, not thousands of keys. Null when
 * another run has compacted the hour meanwhile.
 * @throws CompactionRefusal when the folder is not what it was
 */
async function planAgain(place: LakeHourPlace, options: CompactHourOptions, id: string): Promise<Planned | null> {
  const planned = await planNow(place, options);
  if (planned !== null && planned.plan.id !== id) {
    throw new CompactionRefusal("Files came or went while the hour was compacted.");
  }
  return planned;
}

function sourcesOf({ plan, sources }: Planned, part: number): ListedFile[] {
  const names = new Set(plan.parts[part]);
  return sources.filter(({ file }) => names.has(file)).sort((left, right) => (left.file < right.file ? -1 : 1));
}

async function writePart(
  place: LakeHourPlace,
  options: CompactHourOptions,
  planId: string,
  part: number,
  counts: { readonly parts: number; readonly files: number; readonly repeats: number },
): Promise<WrittenFile | null> {
  const planned = await planAgain(place, options, planId);
  if (planned === null) return null;
  const { identity } = place.traits;
  const name = largeFileName(planId, part + 1, counts.files);
  if (identity === null || counts.repeats === 0) {
    return writeLargeFile(place, name, sourcesOf(planned, part), EVERY_ROW);
  }
  const repeats = await readRepeats(place, planId);
  if (counts.files === 1) {
    return writeLargeFile(place, name, sourcesOf(planned, part), repeatsOnce(place, identity, repeats, "taken"));
  }
  if (part < counts.parts) {
    return writeLargeFile(place, name, sourcesOf(planned, part), withoutRepeats(place, identity[0], repeats));
  }
  const idsPerFile = options.repeats?.idsPerFile ?? REPEATED_IDS_PER_FILE_MAX;
  const from = (part - counts.parts) * idsPerFile;
  const mine = repeats.slice(from, from + idsPerFile);
  const all = planned.sources.toSorted((left, right) => (left.file < right.file ? -1 : 1));
  return writeLargeFile(place, name, all, repeatsOnce(place, identity, mine, "left"));
}

async function commit(
  place: LakeHourPlace,
  options: CompactHourOptions,
  planId: string,
  parts: number,
  written: readonly WrittenFile[],
): Promise<CompactedHour> {
  const { bucket, traits, hourMs } = place;
  const planned = await planAgain(place, options, planId);
  if (planned === null) return OVERTAKEN;
  const { sources, replaces, taken } = planned;
  const files = written.flatMap(({ file }) => file ?? []);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const repeatedRows = written.reduce((sum, one) => sum + one.repeatedRows, 0);
  const sourceRows = written.slice(0, parts).reduce((sum, one) => sum + one.sourceRows, 0);
  if (rows + repeatedRows !== sourceRows) {
    throw new CompactionRefusal(
      `The small files have ${sourceRows} rows, the large ones ${rows}, and ${repeatedRows} came again.`,
    );
  }
  const marker: LakeMarker = {
    format: 1,
    table: traits.table.name,
    hour: new Date(hourMs).toISOString(),
    compacted_at: new Date(options.now()).toISOString(),
    schema_version: traits.table.version,
    rows,
    repeated_rows: repeatedRows,
    files,
    // What an earlier marker took is in its large files, and so in these.
    sources: [...taken, ...sources.filter(({ kind }) => kind === "small").map(({ file, etag }) => ({ file, etag }))],
  };
  if (!(await putMarker(bucket, marker, replaces))) return OVERTAKEN;
  return { kind: "compacted", rows, repeatedRows, smallFiles: sources.length, largeFiles: files.length };
}

/**
 * Makes an hour's small files large ones, with those that came late if it was compacted before. Readers see the small
 * files until the marker is put, which is one request; a run that is interrupted anywhere is begun anew or resumed.
 * @throws CompactionRefusal when the hour must stay as it is
 */
export async function compactHour(
  step: RunStep,
  place: LakeHourPlace,
  options: CompactHourOptions,
): Promise<CompactedHour> {
  const begun = await step("plan", async () => {
    const planned = await planNow(place, options);
    return planned === null ? null : { id: planned.plan.id, parts: planned.plan.parts.length };
  });
  if (begun === null) return { kind: "nothing" };
  const { id, parts } = begun;
  const { identity } = place.traits;
  const repeats =
    identity === null
      ? 0
      : await step("repeats", async () => {
          const planned = await planAgain(place, options, id);
          return planned === null
            ? null
            : findRepeats(place, id, planned.sources, identity, options.repeats?.passBytes);
        });
  if (repeats === null) return OVERTAKEN;
  // Repeated rows lie in any of the files, and are told apart in one place: the only file, or files of their own.
  const idsPerFile = options.repeats?.idsPerFile ?? REPEATED_IDS_PER_FILE_MAX;
  const isOneFile = parts === 1 && repeats <= idsPerFile;
  const files = isOneFile ? 1 : parts + Math.ceil(repeats / idsPerFile);
  const written: WrittenFile[] = [];
  for (let part = 0; part < files; part++) {
    const one = await step(`file ${part + 1}`, async () => {
      const done = await writePart(place, options, id, part, { parts, files, repeats });
      return done === null ? null : { ...done };
    });
    if (one === null) return OVERTAKEN;
    written.push(one);
  }
  const outcome = await step("marker", async () => ({ ...(await commit(place, options, id, parts, written)) }));
  if (repeats > 0) await step("tidy", () => forgetRepeats(place, id).then(() => null));
  return outcome;
}
