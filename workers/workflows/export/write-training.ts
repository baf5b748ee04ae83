import { RATING_COLUMNS } from "../../../domain/exports/columns.ts";
import { EXPORT_PAGES_PER_STEP_MAX } from "../../../domain/exports/limits.ts";
import { EXPORT_PART_ROWS_MAX, type ExportColumn } from "../../../domain/exports/manifest.ts";
import type { ExportContext } from "./context.ts";
import { ItemColumns } from "./item-columns.ts";
import { PartFile, type WrittenFiles } from "./part-file.ts";
import { TrainingGroup, type TrainingRow } from "./training-group.ts";
import { addSums, NO_SUMS, type TrainingCursor, TrainingRows, type TrainingSums } from "./training-rows.ts";

/** The first page of `training`. */
export const TRAINING_START: TrainingCursor = { from: "ledger", shard: 0, after: null };

/** A step's outcome: a part of `training`, and one of `ratings` with those of its rows that the users gave. */
export interface WrittenTraining {
  /** Null when nothing was left to write. */
  readonly training: WrittenFiles | null;
  readonly ratings: WrittenFiles | null;
  readonly sums: TrainingSums;
  /** First and last `last_interaction_at`, milliseconds since 1970 UTC; null when no row has one. */
  readonly range: { readonly first: number; readonly last: number } | null;
  /** Null: that was the last part. */
  readonly next: TrainingCursor | null;
}

/** The numbers that the next parts get. */
export interface PartNumbers {
  readonly training: number;
  readonly ratings: number;
}

/** The catalogue is the same for every part: an instance that is not evicted reads it once. */
export type LoadItems = () => Promise<ItemColumns>;

/** Reads the catalogue for an export's parts, at the first that asks. */
export function itemsLoader({ env, features, asOf }: ExportContext): LoadItems {
  let loaded: Promise<ItemColumns> | null = null;
  return async () => {
    loaded ??= ItemColumns.load(env.DB, features.repeated, asOf);
    try {
      return await loaded;
    } catch (error) {
      loaded = null;
      throw error;
    }
  };
}

/**
 * Writes a part of `training`: pages from the cursor on, a row group at a time, until the part is full, the step has
 * read as many pages as it may, or nothing is left. Written again, it is the same part.
 */
export async function writeTrainingPart(
  context: ExportContext & { readonly trainingColumns: readonly ExportColumn[] },
  loadItems: LoadItems,
  numbers: PartNumbers,
  from: TrainingCursor,
): Promise<WrittenTraining> {
  const target = { bucket: context.env.EXPORTS, id: context.id, csv: context.csv };
  const items = await loadItems();
  const rows = new TrainingRows(context, items);
  const training = {
    file: new PartFile(target, "training", context.trainingColumns, numbers.training),
    group: new TrainingGroup(context.features.users, items),
  };
  const ratings = {
    file: new PartFile(target, "ratings", RATING_COLUMNS, numbers.ratings),
    group: new TrainingGroup([], items),
  };
  const flush = async ({ file, group }: typeof training): Promise<void> => {
    await file.writeGroup(group.rows, group.cellsOf);
    group.clear();
  };
  let [first, last] = [Infinity, -Infinity];
  const add = (row: TrainingRow): void => {
    training.group.add(row);
    // No more of them than of all rows: there is room.
    if (row.label.kind === "explicit") ratings.group.add(row);
    const at = row.label.lastInteractionAt;
    if (at === null) return;
    first = Math.min(first, at);
    last = Math.max(last, at);
  };
  let sums = NO_SUMS;
  let next: TrainingCursor | null = from;
  for (let pages = 0; next !== null && pages < EXPORT_PAGES_PER_STEP_MAX; pages++) {
    if (training.file.rows + training.group.rows >= EXPORT_PART_ROWS_MAX) break;
    const page: Awaited<ReturnType<TrainingRows["read"]>> = await rows.read(next, training.group.room, add);
    sums = addSums(sums, page.sums);
    next = page.next;
    if (training.group.room === 0) await flush(training);
    if (ratings.group.room === 0) await flush(ratings);
  }
  await flush(training);
  await flush(ratings);
  return {
    training: training.file.rows === 0 ? null : await training.file.finish(),
    ratings: ratings.file.rows === 0 ? null : await ratings.file.finish(),
    sums,
    range: last === -Infinity ? null : { first, last },
    next,
  };
}
