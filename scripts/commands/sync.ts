import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { runSync, summarizeSync } from "../runtime/sync-run.ts";
import { startStep } from "../terminal/progress.ts";

export default {
  summary: "Read the replica now instead of at the next five minutes",
  usage: `endcap sync run [--json]

Starts a sync and waits for its end.

  --json     print the run (state and counts per entity) as JSON

Speaks to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY (scope sync:run).`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean", default: false } },
    });
    if (positionals.length !== 1 || positionals[0] !== "run") throw new CommandError("Say what to do: endcap sync run");
    const api = clientFromEnvironment();
    const step = startStep("Sync");
    try {
      const run = await runSync(api, step);
      step.done(summarizeSync(run));
      if (values.json) console.log(JSON.stringify(run));
      return 0;
    } catch (error) {
      step.fail("failed");
      throw error;
    }
  },
} satisfies Command;
