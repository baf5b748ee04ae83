import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import {
  quarantineFileSchema,
  type QuarantineFile,
  quarantineRecordSchema,
  replayAnswerSchema,
} from "../quarantine/quarantine-answer.ts";
import { outcomeText, quarantineTable, recordLines } from "../quarantine/quarantine-text.ts";
import { parseSince } from "../quarantine/since.ts";
import { type ApiClient, clientFromEnvironment } from "../runtime/api-client.ts";
import { readList } from "../runtime/read-list.ts";
import { startStep } from "../terminal/progress.ts";

const LISTED_DEFAULT = 50;
const SHOWN_MAX = 10_000;
/** More files than this are replayed by calling again. */
const REPLAYED_MAX = 10_000;

const USAGE = `endcap quarantine list [--source S] [--reason R] [--since T] [--limit N] [--json]
endcap quarantine show KEY [--json]
endcap quarantine replay KEY [--json]
endcap quarantine replay [--source S] [--reason R] [--since T] [--json]

What could not be taken, and why: events that the API rejected or that came too late, rows of the source that cannot
be used. Masked: nobody's id or address is shown.

  list     files, newest first
  show     the records of a file
  replay   judge events again by the configuration of now, and have rows read again by the next sync.
           With filters: every file that still has something to replay. Replaying twice counts once.

  --source S   events, orders, or features (users, items and ratings of the source)
  --reason R   only files that hold a record of this reason (a replay takes the whole file)
  --since T    written since: an ISO 8601 time with its zone, or how long ago: 30m, 2h, 1d
  --limit N    files to list (default: ${LISTED_DEFAULT})
  --json       print the answer as JSON

Speaks to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY (scope analytics:read or config:write;
replay: config:write).`;

interface Options {
  readonly source: string | undefined;
  readonly reason: string | undefined;
  readonly since: string | undefined;
  readonly limit: string | undefined;
  readonly json: boolean;
}

function filterOf({ source, reason, since }: Options): Record<string, string | undefined> {
  return {
    source,
    reason,
    since: since === undefined ? undefined : parseSince(since, new Date()).toISOString(),
  };
}

function limitOf({ limit }: Options): number {
  if (limit === undefined) return LISTED_DEFAULT;
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new CommandError(`--limit "${limit}" is no number of files.`);
  return Number(limit);
}

async function list(options: Options): Promise<number> {
  const api = clientFromEnvironment();
  const most = limitOf(options);
  const { rows, hasMore } = await readList(api, "/v1/quarantine", filterOf(options), quarantineFileSchema, most);
  if (options.json) {
    console.log(JSON.stringify({ data: rows }));
    return 0;
  }
  if (rows.length === 0) console.log("Nothing is set aside.");
  else console.log(quarantineTable(rows).join("\n"));
  if (hasMore) console.log(`There is more: --limit ${most * 2} shows it.`);
  return 0;
}

async function show(key: string, { json }: Options): Promise<number> {
  const path = `/v1/quarantine/${key.split("/").map(encodeURIComponent).join("/")}`;
  const { rows } = await readList(clientFromEnvironment(), path, {}, quarantineRecordSchema, SHOWN_MAX);
  console.log(json ? JSON.stringify({ data: rows }) : recordLines(rows).join("\n"));
  return 0;
}

/** True unless the last replay left nothing. */
function isOpen({ replay }: QuarantineFile): boolean {
  return replay === null || (replay["still_invalid"] ?? 0) > 0;
}

async function keysToReplay(api: ApiClient, options: Options): Promise<string[]> {
  const filter = filterOf(options);
  if (Object.values(filter).every((value) => value === undefined))
    throw new CommandError(
      "Say what to replay: a KEY (endcap quarantine list shows them), or --source, --reason, --since.",
    );
  const { rows } = await readList(api, "/v1/quarantine", filter, quarantineFileSchema, REPLAYED_MAX);
  return rows.filter(isOpen).map(({ key }) => key);
}

async function replay(key: string | undefined, options: Options): Promise<number> {
  const api = clientFromEnvironment();
  const keys = key === undefined ? await keysToReplay(api, options) : [key];
  const outcome: Record<string, number> = {};
  const failures: string[] = [];
  const step = startStep("Replay");
  for (const [done, next] of keys.entries()) {
    step.update(done, keys.length);
    try {
      const answer = replayAnswerSchema.parse(await api.request("POST", "/v1/quarantine/replay", { key: next }));
      for (const [name, count] of Object.entries(answer.outcome)) outcome[name] = (outcome[name] ?? 0) + count;
    } catch (error) {
      // One file that cannot be replayed does not keep the others from it.
      if (!(error instanceof CommandError)) throw error;
      failures.push(`${next}: ${error.message}`);
    }
  }
  const text = `${keys.length - failures.length} of ${keys.length} files: ${outcomeText(outcome)}`;
  if (failures.length === 0) step.done(text);
  else step.fail(text);
  for (const failure of failures) console.error(`  ${failure}`);
  if (options.json) console.log(JSON.stringify({ files: keys.length, failed: failures.length, outcome }));
  return failures.length === 0 ? 0 : 1;
}

export default {
  summary: "What could not be taken, and why; replay it after a fix",
  usage: USAGE,
  run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        source: { type: "string" },
        reason: { type: "string" },
        since: { type: "string" },
        limit: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const { source, reason, since, limit, json } = values;
    const options: Options = { source, reason, since, limit, json };
    const [action, key] = positionals;
    if (action === "list") return list(options);
    if (action === "replay") return replay(key, options);
    if (action !== "show") throw new CommandError("Say what to do: list, show KEY or replay.");
    if (key === undefined)
      throw new CommandError("Say which: endcap quarantine show KEY (endcap quarantine list shows them).");
    return show(key, options);
  },
} satisfies Command;
