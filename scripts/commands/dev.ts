import { resolve } from "node:path";

import type { Command } from "../command.ts";
import { parseDevOptions } from "../dev/options.ts";

export default {
  summary: "Run everything on this machine: replica, Worker, crons, first model (`npm start`)",
  usage: `npm start [-- --port N --replica URL --fresh]

Brings up the whole runtime with no account: an embedded PostgreSQL replica with a demo shop, the Worker under
wrangler dev, a first sync and a first model. State is kept; the next start takes seconds. Ctrl-C ends everything.

  --port N       where the Worker listens (default 8787)
  --replica URL  a real replica: mysql://user:password@host:port/database or postgres://…
  --fresh        forget all state and start over
  --state DIR    keep state in DIR instead of .endcap and .wrangler, beside other runtimes`,
  async run(args) {
    const { state, ...options } = parseDevOptions(args);
    // By environment, since the commands that are started on the way must find the same folder.
    if (state !== null) process.env["ENDCAP_STATE_DIR"] = resolve(state);
    // Loaded late: wrangler and the database clients come with it, and `endcap --help` needs neither.
    const { runDevelopment } = await import("../dev/run.ts");
    return runDevelopment(options);
  },
} satisfies Command;
