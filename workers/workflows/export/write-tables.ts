import { RATING_COLUMNS } from "../../../domain/exports/columns.ts";
import type { ExportColumn, ExportPart } from "../../../domain/exports/manifest.ts";
import type { ExportContext } from "./context.ts";
import { PartFile, type WrittenFiles } from "./part-file.ts";
import type { ExportRun } from "./run-export.ts";
import { addSums, NO_SUMS, type TrainingCursor, type TrainingSums } from "./training-rows.ts";
import { type RecordTable, writeRecordsPart, type WrittenRecords } from "./write-records.ts";
import { itemsLoader, TRAINING_START, writeTrainingPart, type WrittenTraining } from "./write-training.ts";

/** The parts of a table so far. */
export interface TableParts {
  readonly parts: readonly ExportPart[];
  readonly csv: readonly ExportPart[];
}

/** Every part of every table, and what they came to. */
export interface WrittenTables {
  readonly training: TableParts;
  readonly ratings: TableParts;
  readonly users: TableParts;
  readonly items: TableParts;
  readonly sums: TrainingSums;
  readonly goneUsers: number;
  /** First and last `last_interaction_at`, milliseconds since 1970 UTC. */
  readonly range: { readonly first: number; readonly last: number } | null;
}

function partsOf(files: readonly WrittenFiles[]): TableParts {
  return { parts: files.map(({ part }) => part), csv: files.flatMap(({ csv }) => (csv === null ? [] : [csv])) };
}

/** Writes all tables, a step per part. */
export async function writeTables(
  run: ExportRun,
  context: ExportContext & { readonly trainingColumns: readonly ExportColumn[] },
): Promise<WrittenTables> {
  const training = await writeTraining(run, context);
  const users = await writeRecords(run, context, "users");
  const items = await writeRecords(run, context, "items");
  return { ...training, users: users.table, items: items.table, goneUsers: users.gone };
}

async function writeTraining(
  run: ExportRun,
  context: ExportContext & { readonly trainingColumns: readonly ExportColumn[] },
): Promise<Pick<WrittenTables, "training" | "ratings" | "sums" | "range">> {
  const loadItems = itemsLoader(context);
  const training: WrittenFiles[] = [];
  const ratings: WrittenFiles[] = [];
  let sums = NO_SUMS;
  let [first, last] = [Infinity, -Infinity];
  let next: TrainingCursor | null = TRAINING_START;
  for (let step = 0; next !== null; step++) {
    const from: TrainingCursor = next;
    const numbers = { training: training.length, ratings: ratings.length };
    const written: WrittenTraining = await run.step(`training ${step}`, () =>
      writeTrainingPart(context, loadItems, numbers, from),
    );
    if (written.training !== null) training.push(written.training);
    if (written.ratings !== null) ratings.push(written.ratings);
    sums = addSums(sums, written.sums);
    if (written.range !== null)
      [first, last] = [Math.min(first, written.range.first), Math.max(last, written.range.last)];
    next = written.next;
  }
  if (ratings.length === 0) {
    // A table without rows has a file too: its columns can be read.
    ratings.push(
      await run.step("no ratings", () =>
        new PartFile(
          { bucket: context.env.EXPORTS, id: context.id, csv: context.csv },
          "ratings",
          RATING_COLUMNS,
          0,
        ).finish(),
      ),
    );
  }
  return {
    training: partsOf(training),
    ratings: partsOf(ratings),
    sums,
    range: last === -Infinity ? null : { first, last },
  };
}

async function writeRecords(
  run: ExportRun,
  context: ExportContext,
  table: RecordTable,
): Promise<{ table: TableParts; gone: number }> {
  const files: WrittenFiles[] = [];
  let gone = 0;
  let next: string | null = "";
  while (next !== null) {
    const from: string = next;
    const written: WrittenRecords = await run.step(`${table} ${files.length}`, () =>
      writeRecordsPart(context, table, files.length, from),
    );
    files.push(written.files);
    gone += written.gone;
    next = written.next;
  }
  return { table: partsOf(files), gone };
}
