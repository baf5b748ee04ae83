import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { choiceOf } from "../runtime/choice.ts";
import { startStep } from "../terminal/progress.ts";
import { eraseUser } from "../users/erase.ts";
import { type ErasureAnswer, erasureSchema } from "../users/erasure-answer.ts";
import { phaseText, removedTable } from "../users/erasure-text.ts";

const USAGE = `endcap users erase ID [--yes] [--json]
endcap users erasure ID [--json]

  erase     remove a person from sessions, ledger, D1, lake and what could not be taken, and keep them out; cannot be undone
  erasure   how far that is, and what was removed where

  --yes     do not ask
  --json    print the outcome as JSON

All but the newest hours of the lake is done within minutes; these follow when they have closed, within five hours, without
anybody waiting. docs/privacy.md says what remains. Needs a secret key with the scope users:write (ENDCAP_URL and
ENDCAP_SECRET_KEY, else .endcap/dev.json).`;

const ACTIONS = ["erase", "erasure"] as const;

async function confirm(userId: string): Promise<void> {
  if (!process.stdin.isTTY) throw new CommandError("Nobody can be asked here: say --yes.");
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`Erase user ${userId} everywhere? It cannot be undone. Type the id again: `);
    if (answer.trim() !== userId) throw new CommandError("Nothing was erased.");
  } finally {
    prompt.close();
  }
}

function print(answer: ErasureAnswer, json: boolean): void {
  if (json) console.log(JSON.stringify(answer));
  else for (const line of removedTable(answer)) console.log(line);
}

async function erase(userId: string, json: boolean): Promise<void> {
  const api = clientFromEnvironment();
  const step = startStep("Erasing");
  try {
    const answer = await eraseUser(api, userId, (now) => step.note(phaseText(now)));
    step.done(answer.state === "complete" ? "complete" : phaseText(answer));
    print(answer, json);
  } catch (error) {
    step.fail("not everything was erased");
    throw error;
  }
}

async function tell(userId: string, json: boolean): Promise<void> {
  const path = `/v1/users/${encodeURIComponent(userId)}/erasure`;
  const answer = erasureSchema.parse(await clientFromEnvironment().request("GET", path));
  if (!json) console.log(answer.state === "running" ? `running: ${phaseText(answer)}` : answer.state);
  if (!json && answer.error !== null) console.log(answer.error);
  print(answer, json);
}

export default {
  summary: "Erase a person everywhere, and say what was removed where",
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { yes: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
    });
    const [typed = "", userId, ...others] = positionals;
    const action = choiceOf("action", typed, ACTIONS);
    if (userId === undefined || userId === "" || others.length > 0) {
      throw new CommandError(`Say whom: \`endcap users ${action} ID\`.`);
    }
    if (action === "erase") {
      if (!values.yes) await confirm(userId);
      await erase(userId, values.json);
    } else await tell(userId, values.json);
    return 0;
  },
} satisfies Command;
