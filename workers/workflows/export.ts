import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";

import {
  EXPORT_TABLES,
  type ExportColumn,
  type ExportManifest,
  type ExportPart,
  type ExportTable,
} from "../../domain/exports/manifest.ts";
import { finishExport } from "../../platform/d1/export-store.ts";
import type { PageCursor } from "../../platform/d1/export-reader.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import { pointLatestAt, putExportManifest } from "../../platform/r2/export-store.ts";
import { TABLE_SOURCES } from "./export/tables.ts";
import { writePart } from "./export/write-part.ts";

type ExportEvent = Readonly<WorkflowEvent<Record<string, never>>>;

/**
 * Writes an export: `<id>/<table>/part-*.parquet`, one step a part, then `manifest.json`, then `latest.json`. The
 * instance's id is the export's, and the row that says "running" is there before the instance is.
 */
export class ExportWorkflow extends WorkflowEntrypoint<RuntimeEnv, Record<string, never>> {
  override async run(event: ExportEvent, step: WorkflowStep): Promise<void> {
    const { env } = this;
    const id = event.instanceId;
    try {
      const manifest: ExportManifest = {
        format: 1,
        id,
        created_at: event.timestamp.toISOString(),
        tables: {
          users: await this.#writeTable(step, id, "users"),
          items: await this.#writeTable(step, id, "items"),
          ratings: await this.#writeTable(step, id, "ratings"),
          interactions: await this.#writeTable(step, id, "interactions"),
        },
      };
      await step.do("manifest", () => putExportManifest(env.EXPORTS, manifest));
      await step.do("latest", () => pointLatestAt(env.EXPORTS, manifest));
      await step.do("complete", () => finishExport(env.DB, id, { state: "complete" }, new Date()));
      logger.info("export_complete", {
        id,
        parts: EXPORT_TABLES.flatMap((table) => manifest.tables[table].parts).length,
      });
    } catch (error) {
      const message = messageOf(error);
      logger.error("export_failed", { id, message });
      await step.do("failed", () => finishExport(env.DB, id, { state: "failed", error: message }, new Date()));
      throw error;
    }
  }

  async #writeTable(
    step: WorkflowStep,
    id: string,
    table: ExportTable,
  ): Promise<{ columns: ExportColumn[]; parts: ExportPart[] }> {
    const { env } = this;
    // Fixed before the first part: a column that appears while the export runs is the next export's.
    const columns = await step.do(`${table} columns`, async () => [...(await TABLE_SOURCES[table].columns(env.DB))]);
    const parts: ExportPart[] = [];
    let after: PageCursor | null = [];
    while (after !== null) {
      const from: PageCursor = after;
      const number = parts.length;
      const { part, next } = await step.do(`${table} part ${number}`, async () => {
        const written = await writePart(env, id, table, columns, number, from);
        return { part: written.part, next: written.next === null ? null : [...written.next] };
      });
      parts.push(part);
      after = next;
    }
    return { columns, parts };
  }
}
