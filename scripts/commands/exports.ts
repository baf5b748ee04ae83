import { parseArgs } from "node:util";

import { EXPORT_ID_PATTERN, EXPORT_TABLES, type ExportTable } from "../../domain/exports/manifest.ts";
import { type Command, CommandError } from "../command.ts";
import { createExport } from "../exports/create.ts";
import { listAllExports } from "../exports/list.ts";
import { pullExport } from "../exports/pull.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { createBucketClient } from "../runtime/s3.ts";
import { startStep } from "../terminal/progress.ts";

/** Where `pull` puts exports unless told otherwise. */
const PULLED_EXPORTS_FOLDER = ".endcap/exports";

const USAGE = `endcap exports create [--json]
endcap exports list [--json]
endcap exports pull [--out DIR] [--id ID] [--table T] [--json]

  create   make an export of the synced data, wait for it and print its id
  list     exports, newest first
  pull     fetch an export's Parquet files by S3 and check them

  --id ID      the export to fetch (default: the newest)
  --out DIR    where to (default: ${PULLED_EXPORTS_FOLDER}); files land as DIR/<id>/<table>/part-*.parquet
  --table T    one table only: ${EXPORT_TABLES.join(", ")}
  --json       print the outcome as JSON

Endpoint and credentials come from the AWS environment or profile, else from .endcap/dev.json.`;

function tableNamed(name: string | undefined): ExportTable | null {
  if (name === undefined) return null;
  const table = EXPORT_TABLES.find((known) => known === name);
  if (table === undefined) throw new CommandError(`There is no table "${name}": use ${EXPORT_TABLES.join(", ")}.`);
  return table;
}

async function create(json: boolean): Promise<void> {
  const step = startStep("Exporting");
  try {
    const id = await createExport(clientFromEnvironment(), (waited) => step.note(`${Math.round(waited / 1000)} s`));
    step.done(id);
    console.log(json ? JSON.stringify({ id }) : id);
  } catch (error) {
    step.fail("no export was made");
    throw error;
  }
}

async function list(json: boolean): Promise<void> {
  const exports = await listAllExports(clientFromEnvironment());
  if (json) console.log(JSON.stringify({ data: exports }));
  else if (exports.length === 0) console.log("There is no export yet: make one with `endcap exports create`.");
  for (const { id, state, started_at, error } of json ? [] : exports)
    console.log(`${id}  ${state.padEnd("complete".length)}  ${started_at}${error === null ? "" : `  ${error}`}`);
}

async function pull(options: { out: string; id: string | undefined; table: string | undefined; json: boolean }) {
  if (options.id !== undefined && !EXPORT_ID_PATTERN.test(options.id))
    throw new CommandError(`"${options.id}" is not an export's id: \`endcap exports list\` shows them.`);
  const table = tableNamed(options.table);
  const { client, buckets } = createBucketClient();
  const step = startStep("Pulling the export");
  try {
    const pulled = await pullExport(
      { client, bucket: buckets.exports },
      { id: options.id ?? null, out: options.out, table },
      (done, total, file) => step.update(done, total, file),
    );
    step.done(pulled.folder);
    console.log(options.json ? JSON.stringify({ id: pulled.id, folder: pulled.folder }) : pulled.folder);
  } catch (error) {
    step.fail("nothing more was fetched");
    throw error;
  } finally {
    client.destroy();
  }
}

export default {
  summary: "Make, list and fetch exports of the synced data",
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: "string", default: PULLED_EXPORTS_FOLDER },
        id: { type: "string" },
        table: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const { out, id, table, json } = values;
    const action = positionals[0];
    if (action === "create") await create(json);
    else if (action === "list") await list(json);
    else if (action === "pull") await pull({ out, id, table, json });
    else throw new CommandError("Say what to do with exports: create, list or pull.");
    return 0;
  },
} satisfies Command;
