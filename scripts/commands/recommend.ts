import { parseArgs } from "node:util";

import { type Command, CommandError } from "../command.ts";
import type { FailedUser } from "../recommend/batch-answer.ts";
import type { ListRequest } from "../recommend/ask-users.ts";
import { ListFile } from "../recommend/list-file.ts";
import { type ListOutcome, recommendUsers } from "../recommend/recommend-users.ts";
import { readUserList } from "../recommend/user-list.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { startStep } from "../terminal/progress.ts";

const PLACEMENT_DEFAULT = "home";
/** Users who are named for each reason why they are missing; --json names all. */
const NAMED_MAX = 3;

const USAGE = `endcap recommend --users FILE --out FILE.csv [--placement P] [--limit N] [--locale L]
                 [--filter CLAUSES] [--exclude IDS] [--json]

Recommendations for a whole list of users, for a mailing or a campaign: the same as each would see on a page, under the
same rules and consents, and saved as served like those.

  --users FILE      whom: CSV with a column user_id, or one id a line
  --out FILE.csv    where to; a line an item. It grows by whole users: whoever is in it is not asked for again, so that a
                    run that ended early goes on when it is run once more, with the same options: with others the list
                    would mix two
  --placement P     home (default), product, cart or checkout
  --limit N         items a shelf, 1 to 50 (default: 10)
  --locale L        language of titles and reasons, such as de
  --filter CLAUSES  such as category:Ships|Trains,max_price:99.5
  --exclude IDS     items to leave out, comma-separated
  --json            print the outcome as JSON

Status 1 when users are missing in the list. Speaks to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY
(scope recommendations:read).`;

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(text)) throw new CommandError(`--limit "${text}" is no number of items from 1 to 50.`);
  return Number(text);
}

/** Why users are missing, a line a reason. */
function missingLines(missing: readonly FailedUser[]): string[] {
  const byReason = Map.groupBy(missing, ({ error }) => `${error.code}: ${error.message}`);
  return [...byReason].map(([reason, users]) => {
    const named = users.slice(0, NAMED_MAX).map(({ user_id }) => JSON.stringify(user_id));
    const more = users.length > NAMED_MAX ? `, and ${users.length - NAMED_MAX} more` : "";
    return `  ${named.join(", ")}${more}: ${reason}`;
  });
}

interface Run {
  readonly usersPath: string;
  readonly out: string;
  readonly request: ListRequest;
}

/** @returns users of the list, those who were in the file before, and what came of the others */
async function run({ usersPath, out, request }: Run): Promise<ListOutcome & { users: number; skipped: number }> {
  const api = clientFromEnvironment();
  const users = await readUserList(usersPath);
  const list = await ListFile.open(out, request.placement);
  try {
    const wanted = users.filter((user) => !list.found.has(user));
    const skipped = users.length - wanted.length;
    const step = startStep("Recommending");
    try {
      const outcome = await recommendUsers(api, request, wanted, list, (done) =>
        step.update(skipped + done, users.length),
      );
      const before = skipped === 0 ? "" : `, beside ${skipped} who were there before`;
      const told = `${outcome.written} users with ${outcome.rows} lines in ${out}${before}`;
      if (outcome.missing.length === 0) step.done(told);
      else step.fail(`${told}; ${outcome.missing.length} are missing`);
      return { ...outcome, users: users.length, skipped };
    } catch (error) {
      step.fail("ended early");
      throw error;
    }
  } finally {
    await list.close();
  }
}

export default {
  summary: "Recommendations for a list of users, as CSV",
  usage: USAGE,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        users: { type: "string" },
        out: { type: "string" },
        placement: { type: "string", default: PLACEMENT_DEFAULT },
        limit: { type: "string" },
        locale: { type: "string" },
        filter: { type: "string" },
        exclude: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const { users: usersPath, out, placement, locale, filter, exclude, json } = values;
    if (usersPath === undefined) throw new CommandError("Say for whom: --users FILE, a CSV with a column user_id.");
    if (out === undefined) throw new CommandError("Say where to: --out FILE.csv.");
    const request: ListRequest = { placement, limit: limitOf(values.limit), locale, filter, exclude };
    const { users, skipped, written, rows, missing } = await run({ usersPath, out, request });
    if (json) {
      const named = missing.map(({ user_id, error }) => ({ user_id, ...error }));
      console.log(JSON.stringify({ out, users, skipped, written, rows, missing: named }));
    } else for (const line of missingLines(missing)) console.error(line);
    return missing.length === 0 ? 0 : 1;
  },
} satisfies Command;
