import { parseArgs } from "node:util";

import { ENTITIES } from "../../domain/sync/run.ts";
import { type Command, CommandError } from "../command.ts";
import { choiceOf } from "../runtime/choice.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { readList } from "../runtime/read-list.ts";
import { runSync, summarizeCounts } from "../runtime/sync-run.ts";
import { quarantineTable } from "../sync/quarantine-text.ts";
import { pausedLine, runReport, runTable, troublesOf } from "../sync/run-text.ts";
import {
  listedRunSchema,
  pausedSchema,
  type Pauses,
  quarantinedSchema,
  runPageSchema,
  syncRunSchema,
} from "../sync/sync-answer.ts";
import { startStep } from "../terminal/progress.ts";

/** Runs that are listed: of five minutes each, some hours. */
const RUNS_LISTED = 50;
/** More rows than these nobody reads in a terminal. */
const QUARANTINED_LISTED_MAX = 1_000;

const USAGE = `endcap sync run [--json]
endcap sync list [--json]
endcap sync show [RUN_ID] [--json]
endcap sync pause [ENTITY …] [--json]
endcap sync resume [ENTITY …] [--accept-deletions] [--json]
endcap sync quarantine [--entity E] [--json]

  run          start a run and wait for its end; status 1 when it fails or leaves an entity out
  list         the newest runs: how long they took, how far the source was behind, what they wrote
  show         one run (default: the newest): counts, what became of each entity, changes of the source's format
  pause        leave these entities out of every run; without a name, run nothing at all
  resume       the opposite; without a name, everything goes on
  quarantine   rows of the source that cannot be used, and why

  ENTITY, --entity E   ${ENTITIES.join(", ")}
  --accept-deletions   the next run of these entities may delete as many rows as the source has lost
  --json               print the answer as JSON

Speaks to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY (scope sync:run).`;

interface Options {
  readonly json: boolean;
  readonly entity: string | undefined;
  readonly acceptDeletions: boolean;
}

async function run({ json }: Options): Promise<number> {
  const api = clientFromEnvironment();
  const step = startStep("Sync");
  try {
    const ended = await runSync(api, step);
    const isComplete = ended.state === "complete";
    if (isComplete) step.done(summarizeCounts(ended));
    else step.fail(`incomplete: ${summarizeCounts(ended) || "nothing was read"}`);
    for (const trouble of troublesOf(ended)) console.error(`  ${trouble}`);
    if (json) console.log(JSON.stringify(ended));
    return isComplete ? 0 : 1;
  } catch (error) {
    step.fail("failed");
    throw error;
  }
}

async function list({ json }: Options): Promise<void> {
  const page = runPageSchema.parse(await clientFromEnvironment().request("GET", `/v1/sync?limit=${RUNS_LISTED}`));
  if (json) {
    console.log(JSON.stringify({ data: page.data, paused: page.paused }));
    return;
  }
  if (page.data.length === 0) console.log("There is no run yet: start one with `endcap sync run`.");
  else console.log(runTable(page.data).join("\n"));
  const paused = pausedLine(page.paused);
  if (paused !== null) console.log(`\n${paused}`);
}

async function show(runId: string | undefined, { json }: Options): Promise<void> {
  const api = clientFromEnvironment();
  const newest = async (): Promise<string> => {
    const { rows } = await readList(api, "/v1/sync", {}, listedRunSchema, 1);
    if (rows[0] === undefined) throw new CommandError("There is no run yet: start one with `endcap sync run`.");
    return rows[0].run_id;
  };
  const path = `/v1/sync/${encodeURIComponent(runId ?? (await newest()))}`;
  const found = syncRunSchema.parse(await api.request("GET", path));
  console.log(json ? JSON.stringify(found) : runReport(found).join("\n"));
}

function printPauses(paused: Pauses, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ paused }));
    return;
  }
  console.log(pausedLine(paused) ?? "Nothing is paused.");
  if (paused.accept_deletions.length > 0)
    console.log(`The next run may delete any number of rows of: ${paused.accept_deletions.join(", ")}.`);
}

async function setPauses(action: "pause" | "resume", names: readonly string[], options: Options): Promise<void> {
  const entities = names.map((name) => choiceOf("entity", name, ENTITIES));
  const body = {
    ...(entities.length === 0 ? {} : { entities: [...new Set(entities)] }),
    ...(options.acceptDeletions ? { accept_deletions: true } : {}),
  };
  const answer = await clientFromEnvironment().request("POST", `/v1/sync/${action}`, body);
  printPauses(pausedSchema.parse(answer).paused, options.json);
}

async function quarantine({ json, entity }: Options): Promise<void> {
  const query = { entity: entity === undefined ? undefined : choiceOf("entity", entity, ENTITIES) };
  const api = clientFromEnvironment();
  const { rows, hasMore } = await readList(
    api,
    "/v1/sync/quarantine",
    query,
    quarantinedSchema,
    QUARANTINED_LISTED_MAX,
  );
  if (json) {
    console.log(JSON.stringify({ data: rows }));
    return;
  }
  if (rows.length === 0) console.log("No row is set aside.");
  else console.log(quarantineTable(rows).join("\n"));
  if (hasMore) console.log(`\nThere are more than these ${rows.length}: ask GET /v1/sync/quarantine for them.`);
}

/** What would be left aside without a word might be what somebody relies on. */
function assertUsed(action: string | undefined, subjects: readonly string[], options: Options): void {
  const [subject] = subjects;
  if (options.acceptDeletions && action !== "resume")
    throw new CommandError("--accept-deletions belongs to resume: endcap sync resume [ENTITY …] --accept-deletions");
  if (options.entity !== undefined && action !== "quarantine")
    throw new CommandError("--entity belongs to quarantine: endcap sync quarantine --entity E");
  if (action === "quarantine" && subject !== undefined)
    throw new CommandError(`Say it with an option: endcap sync quarantine --entity ${subject}`);
  if ((action === "run" || action === "list") && subject !== undefined)
    throw new CommandError(`endcap sync ${action} takes no name: ${subject} means nothing here.`);
}

export default {
  summary: "Read the replica now, look at runs, pause and resume them",
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        entity: { type: "string" },
        "accept-deletions": { type: "boolean", default: false },
      },
    });
    const options: Options = {
      json: values.json,
      entity: values.entity,
      acceptDeletions: values["accept-deletions"],
    };
    const [action, ...subjects] = positionals;
    assertUsed(action, subjects, options);
    if (action === "run") return run(options);
    if (action === "list") await list(options);
    else if (action === "show") await show(subjects[0], options);
    else if (action === "pause" || action === "resume") await setPauses(action, subjects, options);
    else if (action === "quarantine") await quarantine(options);
    else throw new CommandError("Say what to do: endcap sync run, list, show, pause, resume or quarantine.");
    return 0;
  },
} satisfies Command;
