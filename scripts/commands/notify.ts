import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import { deliveryRowSchema, targetsSchema, testAnswerSchema } from "../notify/notify-answer.ts";
import { deliveryTable, targetTable, testTable } from "../notify/notify-text.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { readList } from "../runtime/read-list.ts";

/** The newest messages are enough to see whether they arrive. */
const NEWEST = 20;
const WAITING_MAX = 1_000;

const NO_TARGETS = "There are no targets: set NOTIFY_TARGETS (docs/notices.md).";

const USAGE = `endcap notify list [--json]
endcap notify test [--target NAME] [--json]

Messages about notices to your own systems: webhooks and Slack (docs/notices.md).

  list   targets, what waits for them, and the newest messages
  test   send every target a test message now; the exit status is 1 when one did not take it

  --target NAME   only this target
  --json          print the answer as JSON

Speaks to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY (scope sync:run or analytics:read; test:
config:write).`;

async function list(json: boolean): Promise<number> {
  const api = clientFromEnvironment();
  const targets = targetsSchema.parse(await api.request("GET", "/v1/notices/targets")).data;
  const messages = (state: string | undefined, most: number) =>
    readList(api, "/v1/notices/deliveries", { state }, deliveryRowSchema, most);
  const waiting = await messages("waiting", WAITING_MAX);
  const newest = await messages(undefined, NEWEST);
  if (json) {
    console.log(JSON.stringify({ targets, waiting: waiting.rows, newest: newest.rows }));
    return 0;
  }
  console.log(targets.length === 0 ? NO_TARGETS : targetTable(targets).join("\n"));
  const more = waiting.hasMore ? "more than " : "";
  console.log(`\nWaiting: ${more}${waiting.rows.length}`);
  if (waiting.rows.length > 0) console.log(deliveryTable(waiting.rows).join("\n"));
  console.log(newest.rows.length === 0 ? "\nNothing was sent yet." : "\nNewest messages");
  if (newest.rows.length > 0) console.log(deliveryTable(newest.rows).join("\n"));
  return 0;
}

async function test(target: string | undefined, json: boolean): Promise<number> {
  const wanted = target === undefined ? {} : { target };
  const answer = await clientFromEnvironment().request("POST", "/v1/notices/test", wanted);
  const { results } = testAnswerSchema.parse(answer);
  if (results.length === 0) throw new CommandError(NO_TARGETS);
  if (json) console.log(JSON.stringify({ results }));
  else console.log(testTable(results).join("\n"));
  return results.every(({ delivered }) => delivered) ? 0 : 1;
}

export default {
  summary: "Messages about notices to your own systems: what was sent, and a test",
  usage: USAGE,
  run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { target: { type: "string" }, json: { type: "boolean", default: false } },
    });
    const { target, json } = values;
    const [action, ...others] = positionals;
    if (others.length > 0) throw new CommandError(`What is meant by ${others.join(" ")}? endcap notify --help`);
    if (action === "test") return test(target, json);
    if (action === "list" && target === undefined) return list(json);
    if (action === "list") throw new CommandError("--target belongs to test: endcap notify test --target NAME");
    throw new CommandError("Say what to do: list or test.");
  },
} satisfies Command;
