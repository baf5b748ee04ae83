import { filesToRead, type ListedFile } from "../../domain/lake/hour-listing.ts";
import { hourFolder, HOUR_MILLISECONDS, markerKey, parseLakeKey } from "../../domain/lake/lake-keys.ts";
import type { LakeTableName } from "../../domain/lake/lake-table.ts";
import { type LakeMarker, markerSchema } from "../../domain/lake/marker.ts";
import { CommandError } from "../command.ts";
import { type LakeBucket, listObjects, type LakeObject, readLakeObject } from "./bucket.ts";
import type { LakeRange } from "./range.ts";

/** An hour of a table, as a reader is to read it. */
export interface ReadableHour {
  readonly table: LakeTableName;
  /** Beginning of the hour of ingest, milliseconds since 1970 UTC. */
  readonly hourMs: number;
  /** True when large files are read. */
  readonly isCompacted: boolean;
  /** Rows, where the hour is compacted; null otherwise. */
  readonly rows: number | null;
  readonly files: readonly LakeObject[];
}

interface ListedHour {
  readonly table: LakeTableName;
  readonly hourMs: number;
  readonly objects: Map<string, LakeObject>;
  readonly listing: ListedFile[];
}

/** The hours of a table, each with all that was listed of it. */
async function* listHoursOf(lake: LakeBucket, table: LakeTableName, range: LakeRange): AsyncGenerator<ListedHour> {
  let hour = null as ListedHour | null;
  // Folders sort like the times in them, so that everything before the first hour's folder can be left out.
  const startAfter = range.from === 0 ? `${table}/` : hourFolder(table, range.from - HOUR_MILLISECONDS) + "~";
  for await (const object of listObjects(lake, `${table}/`, startAfter)) {
    const key = parseLakeKey(object.key);
    if (key === null || key.hourMs < range.from) continue;
    if (key.hourMs >= range.to) break;
    if (hour?.hourMs !== key.hourMs) {
      if (hour !== null) yield hour;
      hour = { table, hourMs: key.hourMs, objects: new Map(), listing: [] };
    }
    hour.objects.set(key.file, object);
    hour.listing.push({ ...object, file: key.file, kind: key.kind });
  }
  if (hour !== null) yield hour;
}

async function readMarker(lake: LakeBucket, hour: ListedHour): Promise<LakeMarker | null> {
  if (!hour.listing.some(({ kind }) => kind === "marker")) return null;
  const key = markerKey(hour.table, hour.hourMs);
  const bytes = await readLakeObject(lake, key);
  const parsed = markerSchema.safeParse(bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes)));
  if (!parsed.success) throw new CommandError(`${key} is not a marker that this version knows: update endcap.`);
  return parsed.data;
}

/** What readers read, hour by hour: the one rule, applied to one listing of each hour. */
export async function* readableHours(lake: LakeBucket, range: LakeRange): AsyncGenerator<ReadableHour> {
  for (const table of range.tables) {
    for await (const hour of listHoursOf(lake, table, range)) {
      const marker = await readMarker(lake, hour);
      const files = filesToRead(hour.listing, marker).map((file) => {
        const object = hour.objects.get(file);
        // A marker that was put after the hour was listed: its files came after the listing too.
        if (object === undefined) throw new CommandError(`${table} was compacted while it was listed: try again.`);
        return object;
      });
      const isCompacted = marker !== null;
      if (files.length > 0 || isCompacted) {
        yield { table, hourMs: hour.hourMs, isCompacted, rows: marker?.rows ?? null, files };
      }
    }
  }
}
