import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fillShop } from "./export/fill-shop.ts";
import { HEAP_LOG_FLAGS, HeapLog, type HeapPeaks } from "./export/heap-log.ts";
import { librarySpeed, type MeasuredExport, type Speed, trainingSpeed } from "./export/report.ts";
import { exportAll } from "./export/run.ts";
import { peakResidentMebibytes, residentMebibytes } from "./export/resident.ts";
import { startExportRuntime } from "./export/runtime.ts";
import { trainingRows, usersFor } from "./export/shop.ts";
import { workerdPid } from "./memory.ts";
import { bundleWorker } from "./runtime.ts";

export const EXPORT_ROWS = 1_000_000;
/** How many times the rows memory is compared with. */
const MORE = 10;
/** Exports beside which the library is measured; in each they take turns after every part. */
const SPEED_ROUNDS = 2;
const MILLISECONDS_PER_SECOND = 1_000;
/** V8 keeps so little uncollected that an isolate's objects stay below this: a Worker has 128 MB for them and its buffers. */
const HEAP_LIMIT_FLAG = "--max-heap-size=100";

/** What an export of so many rows took. Memory is in MiB, null where `/proc` does not tell. */
interface Run {
  readonly rows: number;
  readonly seconds: number;
  readonly training_seconds: number;
  readonly bytes: number;
  readonly steps: number;
  readonly longest_step_s: number;
  /** Bytes of the largest result of a step as JSON: a Workflow keeps at most 1 MiB. */
  readonly largest_step_bytes: number;
  readonly peak_mb: number;
  readonly heap_peak_mb: number;
  readonly alive_peak_mb: number;
  readonly buffers_peak_mb: number;
  readonly rss_before_mb: number | null;
  readonly rss_peak_mb: number | null;
}

interface Compared<Value> {
  readonly "1x": Value;
  readonly "10x": Value;
}

/** What `bench export` measured. */
export interface ExportBench {
  readonly rows: number;
  readonly columns: number;
  readonly cells_per_s: number;
  readonly library_cells_per_s: number;
  /** Of the first to the second. */
  readonly ratio: number | null;
  /** The same by processor time of the runtime's process, which other work on the machine does not move. */
  readonly cells_per_processor_s: number | null;
  readonly library_cells_per_processor_s: number | null;
  readonly processor_ratio: number | null;
  /** Of the Worker's isolate: objects, garbage among them, and array buffers at one time. */
  readonly peak_mb: Compared<number>;
  readonly peak_ratio: number | null;
  /** The same of objects that are alive, and of the process. */
  readonly alive_peak_ratio: number | null;
  readonly rss_peak_ratio: number | null;
  readonly runs: Compared<Run>;
}

interface Memory {
  readonly heap: HeapPeaks;
  readonly before: number | null;
  readonly peak: number | null;
}

/** Exports a shop once in a process of its own, and watches its memory. */
async function exportWatched(
  script: string,
  folder: string,
  rows: number,
): Promise<{ exported: MeasuredExport; memory: Memory }> {
  const heap = new HeapLog();
  const runtime = await startExportRuntime({
    script,
    folder,
    v8Flags: [...HEAP_LOG_FLAGS, HEAP_LIMIT_FLAG],
    printed: (line) => heap.line(line),
  });
  try {
    const pid = await workerdPid();
    const before = await residentMebibytes(pid);
    const exported = await exportAll(runtime.url, `Exporting ${rows} rows, memory watched`, rows, null);
    return { exported, memory: { heap: heap.largest(), before, peak: await peakResidentMebibytes(pid) } };
  } finally {
    await runtime.close();
  }
}

function runOf(exported: MeasuredExport, { heap, before, peak }: Memory): Run {
  const { bytes, steps } = exported;
  const { rows, milliseconds } = trainingSpeed([exported]);
  const all = steps.reduce((sum, step) => sum + step.milliseconds, 0);
  return {
    rows,
    seconds: all / MILLISECONDS_PER_SECOND,
    training_seconds: milliseconds / MILLISECONDS_PER_SECOND,
    bytes,
    steps: steps.length,
    longest_step_s: Math.max(...steps.map((step) => step.milliseconds)) / MILLISECONDS_PER_SECOND,
    largest_step_bytes: Math.max(...steps.map((step) => step.resultBytes)),
    peak_mb: heap.total,
    heap_peak_mb: heap.heap,
    alive_peak_mb: heap.alive,
    buffers_peak_mb: heap.buffers,
    rss_before_mb: before,
    rss_peak_mb: peak,
  };
}

/** Cells a second, by the clock and by the processor time of the runtime's process. */
interface CellRates {
  readonly perSecond: number;
  readonly perProcessorSecond: number | null;
}

interface Compare {
  readonly columns: number;
  readonly exported: CellRates;
  readonly library: CellRates;
}

function ratesOf(columns: number, { rows, milliseconds, processorMilliseconds: spent }: Speed): CellRates {
  const rate = (time: number): number => Math.round((rows * columns * MILLISECONDS_PER_SECOND) / time);
  return { perSecond: rate(milliseconds), perProcessorSecond: spent === null ? null : rate(spent) };
}

/** Exports the same rows several times, in turns with the library. @param sample an export that is there */
async function measureSpeed(script: string, folder: string, sample: MeasuredExport): Promise<Compare> {
  const { id, columns, rows } = sample;
  const runtime = await startExportRuntime({ script, folder });
  const exports: MeasuredExport[] = [];
  try {
    for (let round = 1; round <= SPEED_ROUNDS; round++) {
      const label = `Exporting ${rows} rows in turns with the library (${round} of ${SPEED_ROUNDS})`;
      exports.push(await exportAll(runtime.url, label, rows, id));
    }
  } finally {
    await runtime.close();
  }
  return {
    columns,
    exported: ratesOf(columns, trainingSpeed(exports)),
    library: ratesOf(columns, librarySpeed(exports)),
  };
}

/** A shop of so many rows: what exporting it took. @param after what else is measured on it */
async function measureShop<Outcome>(
  script: string,
  rows: number,
  after: (folder: string, exported: MeasuredExport) => Promise<Outcome>,
): Promise<{ run: Run; after: Outcome }> {
  const folder = await mkdtemp(join(tmpdir(), "endcap-bench-export-"));
  try {
    const users = usersFor(rows);
    await fillShop(script, folder, users);
    const { exported, memory } = await exportWatched(script, folder, trainingRows(users));
    return { run: runOf(exported, memory), after: await after(folder, exported) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ratioOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Number((one / other).toFixed(2));
}

/**
 * Exports of so many rows and of ten times as many: how much memory each takes, and how fast `training` is written
 * against the same cells by the Parquet library alone.
 */
export async function benchExport(rows = EXPORT_ROWS): Promise<{ export: ExportBench }> {
  const folder = await mkdtemp(join(tmpdir(), "endcap-bench-bundle-"));
  try {
    const script = await bundleWorker(folder, { main: "scripts/bench/export/worker.ts" });
    const { run: one, after: speed } = await measureShop(script, rows, (shop, sample) =>
      measureSpeed(script, shop, sample),
    );
    const { run: ten } = await measureShop(script, rows * MORE, () => Promise.resolve(null));
    const { columns, exported, library } = speed;
    return {
      export: {
        rows: one.rows,
        columns,
        cells_per_s: exported.perSecond,
        library_cells_per_s: library.perSecond,
        ratio: ratioOf(exported.perSecond, library.perSecond),
        cells_per_processor_s: exported.perProcessorSecond,
        library_cells_per_processor_s: library.perProcessorSecond,
        processor_ratio: ratioOf(exported.perProcessorSecond, library.perProcessorSecond),
        peak_mb: { "1x": one.peak_mb, "10x": ten.peak_mb },
        peak_ratio: ratioOf(ten.peak_mb, one.peak_mb),
        alive_peak_ratio: ratioOf(ten.alive_peak_mb, one.alive_peak_mb),
        rss_peak_ratio: ratioOf(ten.rss_peak_mb, one.rss_peak_mb),
        runs: { "1x": one, "10x": ten },
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
