import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import {
  deadLetterRowSchema,
  type LetterReplayAnswer,
  letterReplaySchema,
} from "../dead-letters/dead-letter-answer.ts";
import { deadLetterTable } from "../dead-letters/dead-letter-text.ts";
import { countsText } from "../quarantine/quarantine-text.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { readList } from "../runtime/read-list.ts";
import { startStep } from "../terminal/progress.ts";

const LISTED_MAX = 1_000;

const USAGE = `endcap dead-letters list [--queue Q] [--open] [--json]
endcap dead-letters replay KEY [--json]
endcap dead-letters replay --all [--queue Q] [--json]

Messages that failed as often as they may: each is kept with its error until it is sent again.

  list     dead letters, newest first
  replay   send one, or all that were not sent yet, to their own queue again. What fails again comes back as a new one.

  --queue Q   events or served
  --open      only those that were not sent again
  --all       all that were not sent again
  --json      print the answer as JSON

Speaks to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY (scope analytics:read or config:write;
replay: config:write).`;

interface Options {
  readonly queue: string | undefined;
  readonly open: boolean;
  readonly all: boolean;
  readonly json: boolean;
}

async function list({ queue, open, json }: Options): Promise<number> {
  const query = { queue, open: open ? "true" : undefined };
  const api = clientFromEnvironment();
  const { rows, hasMore } = await readList(api, "/v1/dead-letters", query, deadLetterRowSchema, LISTED_MAX);
  if (json) console.log(JSON.stringify({ data: rows }));
  else console.log(rows.length === 0 ? "There are no dead letters." : deadLetterTable(rows).join("\n"));
  if (hasMore && !json) console.log(`There are more than ${LISTED_MAX}.`);
  return 0;
}

async function replay(key: string | undefined, { all, queue, json }: Options): Promise<number> {
  if ((key === undefined) !== all)
    throw new CommandError("Say what to send again: a KEY (endcap dead-letters list shows them), or --all.");
  const api = clientFromEnvironment();
  const step = startStep("Sending again");
  const letters: LetterReplayAnswer["letters"][number][] = [];
  let cursor: string | null = null;
  try {
    do {
      const wanted: object =
        key === undefined
          ? { all: true, ...(queue === undefined ? {} : { queue }), ...(cursor === null ? {} : { cursor }) }
          : { key };
      const answer = letterReplaySchema.parse(await api.request("POST", "/v1/dead-letters/replay", wanted));
      letters.push(...answer.letters);
      cursor = answer.next_cursor;
      step.update(letters.length, 0);
    } while (cursor !== null);
  } catch (error) {
    step.fail(`after ${letters.length}`);
    throw error;
  }
  const outcome: Record<string, number> = {};
  for (const letter of letters) outcome[letter.outcome] = (outcome[letter.outcome] ?? 0) + 1;
  const failed = letters.filter((letter) => letter.outcome === "failed");
  const text = letters.length === 0 ? "there is nothing to send" : countsText(outcome).replaceAll("_", " ");
  if (failed.length === 0) step.done(text);
  else step.fail(text);
  for (const letter of failed) console.error(`  ${letter.key}: ${letter.error ?? "no reason was given"}`);
  if (json) console.log(JSON.stringify({ letters }));
  return failed.length === 0 ? 0 : 1;
}

export default {
  summary: "Messages that failed as often as they may; send them again after a fix",
  usage: USAGE,
  run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        queue: { type: "string" },
        open: { type: "boolean", default: false },
        all: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    const { queue, open, all, json } = values;
    const options: Options = { queue, open, all, json };
    const [action, key] = positionals;
    if (action === "list") return list(options);
    if (action === "replay") return replay(key, options);
    throw new CommandError("Say what to do: list, replay KEY or replay --all.");
  },
} satisfies Command;
