import { resolve } from "node:path";
import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import { listenForInterruption } from "../dev/interruption.ts";
import { EVENTS_DEFAULT, EVENTS_MAX, QUIET_MILLISECONDS, RESTARTS_DEFAULT, RESTARTS_MAX } from "../soak/limits.ts";
import { runSoak, type SoakResult } from "../soak/run-soak.ts";

const SEED_DEFAULT = 20_261_121;

function numberOf(name: string, text: string | undefined, otherwise: number, least: number, most: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new CommandError(`--${name} is a whole number from ${least} to ${most}.`);
}

function print(result: SoakResult): void {
  const { sums, ...figures } = result;
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name}: ${JSON.stringify(value)}`);
  console.table(sums);
}

export default {
  summary: "Kill the runtime under load, and see that every acknowledged event is in the lake once",
  usage: `endcap soak [--events N] [--restarts N] [--keep DIR] [--seed N] [--json]

Starts the whole Worker on storage of its own, sends events of many shoppers (one in twenty of them twice, in the same
request, in a later one, or because an answer was lost), ends it with kill -9 at random moments and starts it again.
At the end every acknowledged event is looked for in the lake's files, by DuckDB, and the sums of lake, hourly counters
and shoppers' totals are compared. Status 1 when an event is lost or doubled, or the sums differ.

  --events N     events to send (default ${EVENTS_DEFAULT})
  --restarts N   times that the runtime is killed (default ${RESTARTS_DEFAULT})
  --keep DIR     leave acknowledged.csv (event_id) and the lake's files (lake/) there
  --seed N       another course of events
  --json         print the figures as JSON`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        events: { type: "string" },
        restarts: { type: "string" },
        keep: { type: "string" },
        seed: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const result = await runSoak({
      events: numberOf("events", values.events, EVENTS_DEFAULT, 1, EVENTS_MAX),
      restarts: numberOf("restarts", values.restarts, RESTARTS_DEFAULT, 0, RESTARTS_MAX),
      seed: numberOf("seed", values.seed, SEED_DEFAULT, 0, Number.MAX_SAFE_INTEGER),
      keep: values.keep === undefined ? null : resolve(values.keep),
      quietMilliseconds: QUIET_MILLISECONDS,
      signal: listenForInterruption(),
    });
    if (values.json) console.log(JSON.stringify(result));
    else print(result);
    return result.lost === 0 && result.doubled === 0 && result.sums_agree ? 0 : 1;
  },
} satisfies Command;
