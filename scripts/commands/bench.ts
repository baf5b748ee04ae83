import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { benchIngest } from "../bench/ingest.ts";
import { type BenchRuntime, startBenchRuntime } from "../bench/runtime.ts";
import { benchServing } from "../bench/serving.ts";
import { benchShoppers } from "../bench/shoppers.ts";
import { benchSync } from "../bench/sync.ts";
import { benchVectors } from "../bench/vectors.ts";
import { type Command, CommandError } from "../command.ts";

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
  ingest: benchIngest,
} as const;

function isBench(name: string | undefined): name is keyof typeof BENCHES {
  return name !== undefined && Object.hasOwn(BENCHES, name);
}

function isTable(key: string): boolean {
  return key === "placements" || key === "runs" || key === "stages";
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
  usage: `endcap bench NAME [--json] [--quick]

  serving    answers a second for each placement, against one Durable Object call, and what it costs to save
             every answer (about 8 minutes)
  shoppers   10,000 shoppers with a session each: latency, errors, lost events (about 5 minutes)
  vectors    a search among 100,000 vectors in the local stand-in for Vectorize (about half a minute)
  sync       1,000,000 users and 100,000 items from MariaDB and PostgreSQL: the first run, one over unchanged rows,
             one after 1 % changed and one after 1 % were deleted, against reading alone (about 4 minutes;
             ENDCAP_BENCH_USERS=N for fewer)
  ingest     events a second until they are acknowledged, what each stage takes of it, how far counters and lake are
             behind, and what a million events cost (about 13 minutes)

  --json     print the figures as JSON
  --quick    of ingest: short periods and rounds (about 4 minutes)

Figures are ratios within one run, since machines differ; docs/benchmarks.md says how to read them.`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } },
    });
    const name = positionals[0];
    if (!isBench(name)) throw new CommandError(`Say which bench: ${Object.keys(BENCHES).join(", ")}.`);
    const result = await BENCHES[name](values.quick);
    if (values.json) console.log(JSON.stringify(result));
    else print(result);
    return 0;
  },
} satisfies Command;
