import config from "#shop-config";

import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import type { PageRequest, Source, TableDescription } from "../../../domain/sync/replica.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import worker from "../../../workers/index.ts";
import { entitySource } from "../../../workers/workflows/sync/entity-source.ts";
import { followersLag, followWithCatalogue, followWithVectors } from "../../../workers/workflows/sync/followers.ts";
import { runSync } from "../../../workers/workflows/sync/run-sync.ts";
import type { StepRunner, SyncServices } from "../../../workers/workflows/sync/services.ts";
import { workerServices } from "../../../workers/workflows/sync/worker-services.ts";

export * from "../../../workers/index.ts";

/** What a run cost. Times are milliseconds. */
export interface RunCost {
  readonly state: string;
  readonly reading_ms: number;
  readonly vectors_ms: number;
  readonly catalogue_ms: number;
  readonly steps: number;
  readonly longest_step_ms: number;
  /** Bytes of the largest result of a step as JSON: a Workflow keeps at most 1 MiB. */
  readonly largest_step_bytes: number;
  /** Rows that travelled from the replica. */
  readonly rows_read: number;
  /** Rows that D1 counts as written, indexes and books included. */
  readonly d1_rows_written: number;
  readonly vectors_written: number;
}

interface Meter {
  rowsWritten: number;
  rowsRead: number;
}

function written(results: readonly D1Result[]): number {
  return results.reduce((sum, { meta }) => sum + (meta.rows_written ?? 0), 0);
}

/** D1 that counts what batches write; the sync writes rows in batches only. */
function metered(db: D1Database, meter: Meter): D1Database {
  return new Proxy(db, {
    get(target, name) {
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements);
          meter.rowsWritten += written(results);
          return results;
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function run(env: RuntimeEnv): Promise<RunCost> {
  const meter: Meter = { rowsWritten: 0, rowsRead: 0 };
  const own = workerServices(env, config);
  const services: SyncServices = { ...own, db: metered(own.db, meter) };
  let [steps, longest, largest] = [0, 0, 0];
  const times = new Map<string, number>();
  const step: StepRunner = {
    async do(name, work) {
      const start = Date.now();
      const value = await work();
      steps += 1;
      longest = Math.max(longest, Date.now() - start);
      largest = Math.max(largest, JSON.stringify(value ?? null).length);
      times.set(name, Date.now() - start);
      return value;
    },
  };
  const start = Date.now();
  let read = 0;
  const params = { runId: crypto.randomUUID(), trigger: "manual" as const };
  const ended = await runSync(services, step, params, async (each, number, runId) => {
    read = Date.now() - start;
    if (!(await each.do("followers lag", () => followersLag(env, new Date())))) return;
    await each.do("vectors", () => followWithVectors(env, number, runId, new Date()));
    await each.do("catalogue", () => followWithCatalogue(env, config, number, runId, new Date()));
  });
  const counts = await env.DB.prepare("SELECT counts FROM sync_runs ORDER BY run DESC LIMIT 1").first<string>("counts");
  const byEntity = JSON.parse(counts ?? "{}") as Record<string, { read: number; written: number }>;
  return {
    state: ended?.state ?? "skipped",
    reading_ms: read,
    vectors_ms: times.get("vectors") ?? 0,
    catalogue_ms: times.get("catalogue") ?? 0,
    steps,
    longest_step_ms: longest,
    largest_step_bytes: largest,
    rows_read: (byEntity["users"]?.read ?? 0) + (byEntity["items"]?.read ?? 0),
    d1_rows_written: meter.rowsWritten,
    vectors_written: byEntity["vectors"]?.written ?? 0,
  };
}

async function readTable(
  from: Source,
  columns: readonly string[],
  table: TableDescription,
  key: string,
): Promise<number> {
  const limit = config.sync.pageRows;
  let rows = 0;
  let after: PageRequest["after"] = null;
  do {
    const page = await from.readPage({ table, columns, order: [key], after, upto: null, from: null, limit });
    rows += page.rows.length;
    after = page.next;
  } while (after !== null);
  return rows;
}

/** The floor: the same rows with the same driver and page size, one connection, and nothing done with them. */
async function readOnly(env: RuntimeEnv): Promise<{ ms: number; rows: number }> {
  const { openSource } = workerServices(env, config);
  const start = Date.now();
  const from = await openSource("replica");
  try {
    const tables = await from.describe([config.source.users.table, config.source.items.table]);
    let rows = 0;
    for (const entity of ["users", "items"] as const) {
      const source = entitySource(entity, config.source, tables);
      rows += await readTable(from, source.columns, source.table, source.keys[0] ?? "");
    }
    return { ms: Date.now() - start, rows };
  } finally {
    await from.close();
  }
}

/** The Worker, and `POST /bench/sync` and `/bench/read` for a run and its floor. */
export default {
  ...worker,
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/sync") return Response.json(await run(env));
    if (pathname === "/bench/read") return Response.json(await readOnly(env));
    return worker.fetch(request, env, context);
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
