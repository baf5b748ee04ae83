import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import { exportId } from "../../../domain/exports/manifest.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { messageOf } from "../../../platform/logger.ts";
import { readExportManifest } from "../../../platform/r2/export-store.ts";
import worker from "../../../workers/index.ts";
import { runExport } from "../../../workers/workflows/export/run-export.ts";
import { ageVersions, fillItems, fillUsers } from "./fill.ts";
import { firstRowGroup, type RowGroup, writeByLibrary } from "./library.ts";
import { bytesOf } from "./object-bytes.ts";
import type { ExportReport } from "./report.ts";

export * from "../../../workers/index.ts";
export { FilledLedger } from "./filled-ledger.ts";

/** A report is on its way by then: what comes next may keep the thread for seconds. */
const REPORT_MILLISECONDS = 50;

const fillSchema = z.object({ first: z.number(), end: z.number(), now: z.number() });
const exportSchema = z.object({
  /** An earlier export: what it wrote is what the library is measured with, after each part. Null: it is not measured. */
  library: z.string().nullable(),
});

/** What a step of an export that writes a part of `training` gives. */
const partSchema = z.object({ training: z.object({ part: z.object({ rows: z.number() }) }).nullable() });

/** Rows of `training` that a step wrote. */
function rowsOfStep(name: string, outcome: unknown): number {
  return name.startsWith("training ") ? (partSchema.parse(outcome).training?.part.rows ?? 0) : 0;
}

async function measureExport(
  env: RuntimeEnv,
  sample: RowGroup | null,
  report: (report: ExportReport) => Promise<void>,
): Promise<void> {
  const id = exportId(new Date(), crypto.randomUUID());
  const run = {
    env,
    id,
    startedAt: Date.now(),
    now: () => Date.now(),
    async step<Outcome>(name: string, work: () => Promise<Outcome>): Promise<Outcome> {
      const began = Date.now();
      const outcome = await work();
      const milliseconds = Date.now() - began;
      const rows = rowsOfStep(name, outcome);
      await report({ step: { name, milliseconds, rows, resultBytes: JSON.stringify(outcome ?? null).length } });
      // In turns with what it is compared with: whatever else the machine does falls on both.
      if (sample !== null && rows > 0) {
        await sleep(REPORT_MILLISECONDS);
        await report({ library: writeByLibrary(sample, rows, () => undefined, Date.now) });
        await sleep(REPORT_MILLISECONDS);
      }
      return outcome;
    },
  };
  const { bytes } = await runExport(run, { asOf: null, csv: false, userIds: "pseudonym" });
  const manifest = await readExportManifest(env.EXPORTS, id);
  if (manifest === null) throw new Error("The export has no manifest.");
  const { rows, columns } = manifest.tables.training;
  await report({ done: { id, rows, columns: columns.length, bytes } });
}

/** Answers line by line: an export takes longer than a client waits for the beginning of an answer. */
function inLines(work: (report: (report: ExportReport) => Promise<void>) => Promise<void>): {
  response: Response;
  finished: Promise<void>;
} {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const report = (one: ExportReport): Promise<void> => writer.write(encoder.encode(`${JSON.stringify(one)}\n`));
  const finished = work(report)
    .catch((error: unknown) => report({ failed: messageOf(error) }))
    .then(() => writer.close());
  return { response: new Response(readable), finished };
}

async function readSample(env: RuntimeEnv, id: string): Promise<RowGroup> {
  return firstRowGroup(await bytesOf(env.EXPORTS, `${id}/training/part-00000.parquet`));
}

/** The Worker, and `POST /bench/…` to fill the shop and to export it. */
export default {
  ...worker,
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/items") return Response.json(await fillItems(env).then(() => ({})));
    if (pathname === "/bench/users") {
      const { now, ...users } = fillSchema.parse(await request.json());
      await fillUsers(env, users, now);
      return Response.json({});
    }
    if (pathname === "/bench/age") return Response.json(await ageVersions(env).then(() => ({})));
    if (pathname === "/bench/export") {
      const { library } = exportSchema.parse(await request.json());
      const { response, finished } = inLines(async (report) =>
        measureExport(env, library === null ? null : await readSample(env, library), report),
      );
      context.waitUntil(finished);
      return response;
    }
    return worker.fetch(request, env, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
