import { Agent, fetch, type Response } from "undici";

import { startStep } from "../../terminal/progress.ts";
import { ProcessorClock } from "./processor.ts";
import {
  type ExportReport,
  exportReportSchema,
  type LibraryReport,
  type MeasuredExport,
  type Spent,
  type StepReport,
} from "./report.ts";

// A connection for each request: the runtime closes one that was busy for long, and the next request would go into it.
// No limits of time: a step of an export takes as long as it does.
const dispatcher = new Agent({ pipelining: 0, headersTimeout: 0, bodyTimeout: 0 });

/** Sends a request that the bench's Worker answers with nothing to say. @throws Error when it does not */
export async function post(url: string, path: string, body: object = {}): Promise<Response> {
  const response = await fetch(url + path, { method: "POST", body: JSON.stringify(body), dispatcher });
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
  return response;
}

async function* reportsOf(response: Response): AsyncGenerator<ExportReport> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of response.body ?? []) {
    const lines = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield exportReportSchema.parse(JSON.parse(line));
  }
}

/**
 * Runs an export to its end.
 * @param what says so to the person at the terminal
 * @param rows of `training` that there are
 * @param library an earlier export with whose cells the library is measured after each part, null for without
 * @throws Error when the export fails, or has other than so many rows
 */
export async function exportAll(
  url: string,
  what: string,
  rows: number,
  library: string | null,
): Promise<MeasuredExport> {
  const progress = startStep(what);
  const steps: (StepReport & Spent)[] = [];
  const byLibrary: (LibraryReport & Spent)[] = [];
  const clock = await ProcessorClock.start();
  let [written, done]: [number, MeasuredExport | null] = [0, null];
  for await (const report of reportsOf(await post(url, "/bench/export", { library }))) {
    if ("failed" in report) throw new Error(`The export failed: ${report.failed}`);
    const spent = { processorMilliseconds: await clock.lap() };
    if ("done" in report) done = { ...report.done, steps, library: byLibrary };
    else if ("library" in report) byLibrary.push({ ...report.library, ...spent });
    else {
      steps.push({ ...report.step, ...spent });
      written += report.step.rows;
      progress.update(written, rows, report.step.name);
    }
  }
  if (done === null) throw new Error("The export ended without a word.");
  if (written !== rows || done.rows !== rows) {
    throw new Error(`The export has ${done.rows} rows, and its steps wrote ${written}; ${rows} are there.`);
  }
  progress.done(`${written} rows`);
  return done;
}
