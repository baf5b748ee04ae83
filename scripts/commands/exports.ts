import { parseArgs } from "node:util";

import { EXPORT_ID_PATTERN, EXPORT_TABLES } from "../../domain/exports/manifest.ts";
import { type Command, CommandError } from "../command.ts";
import { parseAsOf } from "../exports/as-of.ts";
import { createExport, type CreateRequest } from "../exports/create.ts";
import { formatBytes } from "../exports/format-bytes.ts";
import { exportsTable, listAllExports } from "../exports/list.ts";
import { listStoredExports, storedExportsTable } from "../exports/list-bucket.ts";
import { pullExport, type PullRequest } from "../exports/pull.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { choiceOf } from "../runtime/choice.ts";
import { createBucketClient } from "../runtime/s3.ts";
import { formatSeconds } from "../terminal/duration.ts";
import { startStep } from "../terminal/progress.ts";

/** Where `pull` puts exports unless told otherwise. */
const PULLED_EXPORTS_FOLDER = ".endcap/exports";

const USAGE = `endcap exports create [--csv] [--as-of TIME] [--raw-user-ids] [--json]
endcap exports list [--runs] [--json]
endcap exports pull [--out DIR] [--id ID] [--table T]… [--json]

  create   make an export, wait for it and print its id
  list     exports in the bucket, newest first: moment, rows, size, which user ids
  pull     fetch an export's files by S3 and check them; interrupted, it goes on when it is run again

  --csv            each part also as CSV
  --as-of TIME     as everything was then, up to 35 days back: 2026-11-21T18:00:00Z, or 2026-11-21 (0:00 UTC)
  --raw-user-ids   the shop's own user ids instead of pseudonyms (key with the scope exports:raw)

  --runs           also what is running, failed or was removed, and who asked for it (asks the API)

  --id ID          the export to fetch (default: the newest)
  --out DIR        where to (default: ${PULLED_EXPORTS_FOLDER}); files land as DIR/<id>/<table>/part-*.parquet
  --table T        only this table, and others that are named so: ${EXPORT_TABLES.join(", ")}

  --json           print the outcome as JSON

create and list --runs speak to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY (scopes exports:write
and exports:read). list and pull need no key of ours, but S3 credentials that may read the bucket: ENDCAP_S3_ENDPOINT with
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or an AWS profile, else those of .endcap/dev.json.

Then, in DuckDB: SELECT * FROM 'DIR/<id>/training/*.parquet'`;

async function create(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      csv: { type: "boolean", default: false },
      "as-of": { type: "string" },
      "raw-user-ids": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const { csv, "as-of": asOf, "raw-user-ids": raw, json } = values;
  const request: CreateRequest = {
    ...(csv ? { csv } : {}),
    ...(asOf === undefined ? {} : { as_of: parseAsOf(asOf) }),
    ...(raw ? { user_ids: "raw" } : {}),
  };
  const api = clientFromEnvironment();
  const step = startStep("Exporting");
  try {
    const id = await createExport(api, request, (started, waited) =>
      step.note(`${started}, ${formatSeconds(waited / 1_000)}`),
    );
    step.done(id);
    console.log(json ? JSON.stringify({ id }) : id);
  } catch (error) {
    step.fail("no export was made");
    throw error;
  }
}

async function list(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
  });
  if (values.runs) {
    const { rows, hasMore } = await listAllExports(clientFromEnvironment());
    printList(rows, values.json, exportsTable);
    if (hasMore) console.error("There are older ones, too.");
    return;
  }
  const { client, buckets } = createBucketClient();
  try {
    printList(await listStoredExports({ client, bucket: buckets.exports }), values.json, storedExportsTable);
  } finally {
    client.destroy();
  }
}

function printList<Row>(rows: readonly Row[], json: boolean, table: (rows: readonly Row[]) => string[]): void {
  if (json) console.log(JSON.stringify({ data: rows }));
  else if (rows.length === 0) console.log("There is no export yet: make one with `endcap exports create`.");
  else for (const line of table(rows)) console.log(line);
}

async function pull(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: "string", default: PULLED_EXPORTS_FOLDER },
      id: { type: "string" },
      table: { type: "string", multiple: true },
      json: { type: "boolean", default: false },
    },
  });
  const { out, id, table, json } = values;
  if (id !== undefined && !EXPORT_ID_PATTERN.test(id))
    throw new CommandError(`"${id}" is not an export's id: \`endcap exports list\` shows them.`);
  const named = table?.map((name) => choiceOf("table", name, EXPORT_TABLES));
  const request: PullRequest = { id: id ?? null, out, table: named === undefined ? null : [...new Set(named)] };
  const { client, buckets } = createBucketClient();
  const step = startStep("Pulling the export");
  try {
    const pulled = await pullExport({ client, bucket: buckets.exports }, request, (done, total, file) =>
      step.update(done, total, `bytes, ${file}`),
    );
    const { folder, files, fetched, bytes } = pulled;
    const news = fetched === files ? "" : `, ${fetched} of them new`;
    step.done(`${files} ${files === 1 ? "file" : "files"}${news}, ${formatBytes(bytes)}`);
    console.log(json ? JSON.stringify({ id: pulled.id, folder, files, fetched, bytes }) : folder);
  } catch (error) {
    step.fail("not all of it is here");
    throw error;
  } finally {
    client.destroy();
  }
}

export default {
  summary: "Make, list and fetch exports: training data as Parquet",
  usage: USAGE,
  async run(args) {
    const [action, ...rest] = args;
    if (action === "create") await create(rest);
    else if (action === "list") await list(rest);
    else if (action === "pull") await pull(rest);
    else throw new CommandError("Say what to do with exports: create, list or pull.");
    return 0;
  },
} satisfies Command;
