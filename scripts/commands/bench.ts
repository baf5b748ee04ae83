import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { benchDashboard } from "../bench/dashboard.ts";
import { benchExport, EXPORT_ROWS } from "../bench/export.ts";
import { benchGrowth } from "../bench/growth.ts";
import { benchIngest } from "../bench/ingest.ts";
import { type BenchRuntime, startBenchRuntime } from "../bench/runtime.ts";
import { benchServing } from "../bench/serving.ts";
import { benchShoppers } from "../bench/shoppers.ts";
import { benchSync } from "../bench/sync.ts";
import { benchTrain } from "../bench/train.ts";
import { benchVectors } from "../bench/vectors.ts";
import { type Command, CommandError } from "../command.ts";

/** What some benches may be told. */
interface BenchOptions {
  readonly quick: boolean;
  /** Rows of the smaller export. */
  readonly rows: number;
}

/** A bench of the Worker as it is configured, on a runtime of its own. */
function onRuntime(bench: (runtime: BenchRuntime) => Promise<object>): () => Promise<object> {
  return async () => {
    const runtime = await startBenchRuntime();
    try {
      return await bench(runtime);
    } finally {
      await runtime.close();
    }
  };
}

const BENCHES = {
  serving: onRuntime(benchServing),
  shoppers: onRuntime(benchShoppers),
  vectors: onRuntime(benchVectors),
  sync: benchSync,
  ingest: ({ quick }: BenchOptions) => benchIngest(quick),
  train: benchTrain,
  growth: benchGrowth,
  dashboard: ({ quick }: BenchOptions) => benchDashboard(quick),
  export: ({ rows }: BenchOptions) => benchExport(rows),
} as const satisfies Record<string, (options: BenchOptions) => Promise<object>>;

function isBench(name: string | undefined): name is keyof typeof BENCHES {
  return name !== undefined && Object.hasOwn(BENCHES, name);
}

function isTable(key: string): boolean {
  return ["placements", "runs", "stages", "reports", "pages"].includes(key);
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function printGroup(name: string, figures: Readonly<Record<string, unknown>>): void {
  console.log(`\n${name} (${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"})`);
  for (const [key, value] of Object.entries(figures)) {
    if (isTable(key)) console.table(value);
    else console.log(`  ${key}: ${JSON.stringify(value)}`);
  }
}

/** Prints a result: a line per figure, a table of placements or runs; what was measured several times comes one by one. */
function print(result: object): void {
  for (const [name, figures] of Object.entries(result)) {
    if (!isGroup(figures)) continue;
    const parts = Object.entries(figures).filter(([, part]) => isGroup(part) && "runs" in part);
    if (parts.length === 0) printGroup(name, figures);
    for (const [part, own] of parts) if (isGroup(own)) printGroup(`${name} from ${part}`, own);
  }
}

export default {
  summary: "Measure the runtime against its floor, on workerd itself",
  usage: `endcap bench NAME [--json] [--quick] [--rows N]

  serving    answers a second for each placement, against one Durable Object call, and what it costs to save
             every answer (about 8 minutes)
  shoppers   10,000 shoppers with a session each: latency, errors, lost events (about 5 minutes)
  vectors    a search among 100,000 vectors in the local stand-in for Vectorize (about half a minute)
  sync       1,000,000 users and 100,000 items from MariaDB and PostgreSQL: the first run, one over unchanged rows,
             one after 1 % changed and one after 1 % were deleted, against reading alone (about 4 minutes;
             ENDCAP_BENCH_USERS=N for fewer)
  ingest     events a second until they are acknowledged, what each stage takes of it, how far counters and lake are
             behind, and what a million events cost (about 13 minutes)
  export     training data of 1,000,000 rows and of ten times as many: memory of both, and cells a second against the
             Parquet library alone (about 8 minutes)
  train      the reference model on 100,000 interactions with 2,000 items: seconds of each part, and their share of
             the five minutes that it may take (about a minute)
  growth     the room that counters of a shop of 100,000 items take in D1, by the hour and rolled up (about a minute)
  dashboard  its reports, its page in a browser, and fifty viewers beside the load of ingest, on 90 days of counters of
             10,000 items (about 9 minutes)

  --json     print the figures as JSON
  --quick    of ingest: short periods and rounds (about 4 minutes); of dashboard: fewer rounds (about 4 minutes)
  --rows N   of export: so many rows, and ten times as many

Figures are ratios within one run, since machines differ; docs/benchmarks.md says how to read them.`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        rows: { type: "string", default: String(EXPORT_ROWS) },
      },
    });
    const name = positionals[0];
    if (!isBench(name)) throw new CommandError(`Say which bench: ${Object.keys(BENCHES).join(", ")}.`);
    const rows = Number(values.rows);
    if (!Number.isInteger(rows) || rows < 1) throw new CommandError("--rows takes a whole number of rows.");
    const result = await BENCHES[name]({ quick: values.quick, rows });
    if (values.json) console.log(JSON.stringify(result));
    else print(result);
    return 0;
  },
} satisfies Command;
