import { parseArgs } from "node:util";

import { FEATURE_ENTITIES, FEATURE_STATES } from "../../domain/sync/feature-catalogue.ts";
import { type Command, CommandError } from "../command.ts";
import { featureSchema } from "../features/feature-answer.ts";
import { featureTable } from "../features/feature-table.ts";
import { clientFromEnvironment } from "../runtime/api-client.ts";
import { choiceOf } from "../runtime/choice.ts";
import { readList } from "../runtime/read-list.ts";

/** More features than these no table shows well. */
const FEATURES_LISTED_MAX = 5_000;

const USAGE = `endcap features [--entity E] [--state S] [--json]

What models can be trained on: each feature of users and items, since when the source has it, and what its values are
like (the share that is null, how many differ, the least and the greatest).

  --entity E   ${FEATURE_ENTITIES.join(" or ")}
  --state S    ${FEATURE_STATES.join(", ")}; proposed is a column of a person's that nobody has configured
  --json       print the features as JSON

Speaks to what \`npm start\` runs, or to ENDCAP_URL with ENDCAP_SECRET_KEY (scope exports:read or sync:run).`;

export default {
  summary: "Show the features of users and items, and what their values are like",
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { entity: { type: "string" }, state: { type: "string" }, json: { type: "boolean", default: false } },
    });
    if (positionals.length > 0)
      throw new CommandError(`Say it with an option: endcap features --entity ${FEATURE_ENTITIES.join("|")}`);
    const { entity, state, json } = values;
    const query = {
      entity: entity === undefined ? undefined : choiceOf("entity", entity, FEATURE_ENTITIES),
      state: state === undefined ? undefined : choiceOf("state", state, FEATURE_STATES),
    };
    const api = clientFromEnvironment();
    const { rows, hasMore } = await readList(api, "/v1/features", query, featureSchema, FEATURES_LISTED_MAX);
    if (json) console.log(JSON.stringify({ data: rows }));
    else if (rows.length === 0) console.log("No feature is known: the first sync finds them (endcap sync run).");
    else console.log(featureTable(rows).join("\n"));
    if (hasMore) console.error(`There are more than these ${rows.length}: ask GET /v1/features for them.`);
    return 0;
  },
} satisfies Command;
