import { parseArgs } from "node:util";

import { hourOf } from "../../domain/lake/lake-keys.ts";
import { LAKE_TABLES } from "../../domain/lake/lake-table.ts";
import { type Command, CommandError } from "../command.ts";
import type { LakeBucket } from "../lake/bucket.ts";
import { compactLake } from "../lake/compact.ts";
import { type ReadableHour, readableHours } from "../lake/hours.ts";
import { pullLake } from "../lake/pull.ts";
import { type LakeRange, lakeRange } from "../lake/range.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { createBucketClient } from "../runtime/s3.ts";
import { startStep } from "../terminal/progress.ts";
import { formatTable } from "../terminal/table.ts";

/** Where `pull` puts the lake unless told otherwise. */
const PULLED_LAKE_FOLDER = ".endcap/lake";

const USAGE = `endcap lake list [--table T] [--from WHEN] [--to WHEN] [--json]
endcap lake files [--table T] [--from WHEN] [--to WHEN] [--json]
endcap lake pull [--out DIR] [--table T] [--from WHEN] [--to WHEN] [--json]
endcap lake compact [--table T] [--from WHEN] [--to WHEN] [--json]

  list      hours of ingest and how they stand: compacted (few large files) or open (as ledgers and queues wrote them)
  files     exactly the objects that a reader should read, one key a line
  pull      fetch these, remove what they supersede; interrupted, it goes on when it is run again
  compact   start what otherwise runs once a night, and wait for it (secret key with the scope admin)

  --table T    one table only: ${LAKE_TABLES.join(", ")}
  --from WHEN  first day (2026-11-21) or hour (2026-11-21T09) of ingest, UTC
  --to WHEN    last day or hour
  --out DIR    where to (default: ${PULLED_LAKE_FOLDER}); files land as DIR/<table>/date=…/hour=…/*.parquet
  --json       print the outcome as JSON

Then, in DuckDB: SELECT * FROM read_parquet('DIR/events/**/*.parquet', hive_partitioning = true)

Endpoint and credentials come from the AWS environment or profile, else from .endcap/dev.json.`;

const LIST_COLUMNS = [
  { title: "table" },
  { title: "hour" },
  { title: "state" },
  { title: "files", right: true },
  { title: "bytes", right: true },
  { title: "rows", right: true },
];

function bytesOf({ files }: ReadableHour): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function withLake<Value>(use: (lake: LakeBucket) => Promise<Value>): Promise<Value> {
  const { client, buckets } = createBucketClient();
  try {
    return await use({ client, bucket: buckets.lake });
  } finally {
    client.destroy();
  }
}

async function collect(range: LakeRange): Promise<ReadableHour[]> {
  return withLake(async (lake) => {
    const hours: ReadableHour[] = [];
    for await (const hour of readableHours(lake, range)) hours.push(hour);
    return hours;
  });
}

async function list(range: LakeRange, json: boolean): Promise<void> {
  const hours = await collect(range);
  if (json) {
    const data = hours.map((hour) => ({
      table: hour.table,
      hour: new Date(hour.hourMs).toISOString(),
      state: hour.isCompacted ? "compacted" : "open",
      files: hour.files.length,
      bytes: bytesOf(hour),
      rows: hour.rows,
    }));
    console.log(JSON.stringify({ data }));
    return;
  }
  if (hours.length === 0) {
    console.log("The lake is empty there: rows arrive minutes after their events.");
    return;
  }
  const rows = hours.map((hour) => {
    const { date, hour: ofDay } = hourOf(hour.hourMs);
    return [
      hour.table,
      `${date}T${ofDay}`,
      hour.isCompacted ? "compacted" : "open",
      String(hour.files.length),
      String(bytesOf(hour)),
      hour.rows === null ? "" : String(hour.rows),
    ];
  });
  for (const line of formatTable(LIST_COLUMNS, rows)) console.log(line);
}

async function files(range: LakeRange, json: boolean): Promise<void> {
  const objects = (await collect(range)).flatMap((hour) => hour.files);
  if (json) console.log(JSON.stringify({ data: objects.map(({ key, bytes, etag }) => ({ key, bytes, etag })) }));
  else for (const { key } of objects) console.log(key);
}

async function pull(range: LakeRange, out: string, json: boolean): Promise<void> {
  const step = startStep("Pulling the lake");
  try {
    const pulled = await withLake((lake) =>
      pullLake(lake, range, out, (done, total, key) => step.update(done, total, key)),
    );
    const { files: count, fetched, removed } = pulled;
    step.done(`${out}: ${count} files, ${fetched} of them new, ${removed} superseded ones removed`);
    console.log(json ? JSON.stringify({ folder: out, ...pulled }) : out);
  } catch (error) {
    step.fail("what was fetched stays; run it again to go on");
    throw error;
  }
}

async function compact(range: LakeRange, json: boolean): Promise<void> {
  const step = startStep("Compacting the lake");
  try {
    const outcome = await compactLake(clientFromEnvironment(), range, (waited) =>
      step.note(`${Math.round(waited / 1_000)} s`),
    );
    const { compacted, swept, refused } = outcome;
    const text = `${compacted} hours compacted, ${swept} swept, ${refused} refused`;
    step.done(text);
    console.log(json ? JSON.stringify(outcome) : text);
    if (refused > 0) throw new CommandError("The log says why (lake_hour_refused); readers read what they did before.");
  } catch (error) {
    step.fail("not everything was compacted");
    throw error;
  }
}

export default {
  summary: "List, fetch and compact the lake of events, orders and recommendations",
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: "string", default: PULLED_LAKE_FOLDER },
        table: { type: "string" },
        from: { type: "string" },
        to: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const { out, json } = values;
    const [action] = positionals;
    const range = lakeRange(values);
    if (action === "list") await list(range, json);
    else if (action === "files") await files(range, json);
    else if (action === "pull") await pull(range, out, json);
    else if (action === "compact") await compact(range, json);
    else throw new CommandError("Say what to do with the lake: list, files, pull or compact.");
    return 0;
  },
} satisfies Command;
