import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { startBenchRuntime } from "../bench/runtime.ts";
import { benchServing } from "../bench/serving.ts";
import { benchShoppers } from "../bench/shoppers.ts";
import { benchVectors } from "../bench/vectors.ts";
import { type Command, CommandError } from "../command.ts";

const BENCHES = { serving: benchServing, shoppers: benchShoppers, vectors: benchVectors } as const;

function isBench(name: string | undefined): name is keyof typeof BENCHES {
  return name !== undefined && Object.hasOwn(BENCHES, name);
}

/** Prints a result as a table: one line a figure, or one line a placement. */
function print(result: object): void {
  for (const [name, figures] of Object.entries(result)) {
    console.log(`\n${name} (${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"})`);
    for (const [key, value] of Object.entries(figures as object)) {
      if (key === "placements") console.table(value);
      else console.log(`  ${key}: ${JSON.stringify(value)}`);
    }
  }
}

export default {
  summary: "Measure the runtime against its floor, on workerd itself",
  usage: `endcap bench NAME [--json]

  serving    answers a second for each placement, against one Durable Object call (about 4 minutes)
  shoppers   10,000 shoppers with a session each: latency, errors, lost events (about 5 minutes)
  vectors    a search among 100,000 vectors in the local stand-in for Vectorize (about half a minute)

  --json     print the figures as JSON

Figures are ratios within one run, since machines differ; docs/benchmarks.md says how to read them.`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean", default: false } },
    });
    const name = positionals[0];
    if (!isBench(name)) throw new CommandError(`Say which bench: ${Object.keys(BENCHES).join(", ")}.`);
    const runtime = await startBenchRuntime();
    try {
      const result = await BENCHES[name](runtime);
      if (values.json) console.log(JSON.stringify(result));
      else print(result);
      return 0;
    } finally {
      await runtime.close();
    }
  },
} satisfies Command;
