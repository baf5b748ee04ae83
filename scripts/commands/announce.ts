import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import { announcementSchema } from "../announcements/announcement-answer.ts";
import { announcedLine, announcementTable } from "../announcements/announcement-text.ts";
import { parseMoment } from "../announcements/moment.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { readList } from "../runtime/read-list.ts";

/** Older ones are of no interest any more. */
const ANNOUNCEMENTS_LISTED_MAX = 100;

const USAGE = `endcap announce change --until TIME [--from TIME] [--table T …] [--note TEXT] [--json]
endcap announce outage --until TIME [--from TIME] [--table T …] [--note TEXT] [--json]
endcap announce list [--json]
endcap announce cancel ID

For the engineers of the source: what is announced alarms nobody while it lasts.

  change   the format of the source's tables changes
  outage   the source is away or half away; its format may change too
  list     announcements, newest first
  cancel   take an announcement back

  --until TIME   its end: an ISO 8601 time with its zone, or how long after the start: 30m, 2h, 1d
  --from TIME    its start (default: now)
  --table T      a table of the source that it is about, any number of times (default: the whole source)
  --note TEXT    what others should know
  --json         print the answer as JSON

Speaks to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY (scope sync:run).`;

interface Options {
  readonly until: string | undefined;
  readonly from: string | undefined;
  readonly table: readonly string[];
  readonly note: string | undefined;
  readonly json: boolean;
}

async function announce(kind: "change" | "outage", options: Options): Promise<void> {
  const { until, from, table, note, json } = options;
  if (until === undefined) throw new CommandError(`Say until when: endcap announce ${kind} --until 2h`);
  const now = new Date();
  const start = from === undefined ? now : parseMoment("--from", from, now);
  const answer = await clientFromEnvironment().request("POST", "/v1/announcements", {
    kind,
    ...(table.length === 0 ? {} : { tables: table }),
    ...(from === undefined ? {} : { starts_at: start.toISOString() }),
    ends_at: parseMoment("--until", until, start).toISOString(),
    ...(note === undefined ? {} : { note }),
  });
  const announced = announcementSchema.parse(answer);
  console.log(json ? JSON.stringify(announced) : announcedLine(announced));
}

async function list({ json }: Options): Promise<void> {
  const api = clientFromEnvironment();
  const { rows } = await readList(api, "/v1/announcements", {}, announcementSchema, ANNOUNCEMENTS_LISTED_MAX);
  if (json) console.log(JSON.stringify({ data: rows }));
  else console.log(rows.length === 0 ? "Nothing is announced." : announcementTable(rows).join("\n"));
}

async function cancel(id: string | undefined): Promise<void> {
  if (id === undefined)
    throw new CommandError("Say which: endcap announce cancel ID (endcap announce list shows them).");
  await clientFromEnvironment().request("DELETE", `/v1/announcements/${encodeURIComponent(id)}`);
  console.log(`${id} is cancelled.`);
}

export default {
  summary: "Announce changes and outages of the source, so that they alarm nobody",
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        until: { type: "string" },
        from: { type: "string" },
        table: { type: "string", multiple: true, default: [] },
        note: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const options: Options = {
      until: values.until,
      from: values.from,
      table: values.table,
      note: values.note,
      json: values.json,
    };
    const [action, subject] = positionals;
    if (action === "change" || action === "outage") await announce(action, options);
    else if (action === "list") await list(options);
    else if (action === "cancel") await cancel(subject);
    else throw new CommandError("Say what to announce: change or outage (or: endcap announce list, cancel ID).");
    return 0;
  },
} satisfies Command;
