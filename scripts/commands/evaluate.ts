import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { Evaluation } from "../../domain/evaluation/evaluate.ts";
import { PROTOCOLS } from "../../domain/evaluation/split.ts";
import { type Command, CommandError } from "../command.ts";
import { readSplit, warnOfUnreachable } from "../evaluate/protocol-split.ts";
import { readFeatures } from "../evaluate/read-features.ts";
import { type EvaluationRequest, NAMED_MODELS, rankedItems, runEvaluation } from "../evaluate/run-evaluation.ts";
import { writeLists } from "../evaluate/write-lists.ts";
import { validationOf } from "../evaluate/validation-of.ts";
import { isExportFolder, readExport } from "../train/read-export.ts";
import { startStep } from "../terminal/progress.ts";
import { formatTable } from "../terminal/table.ts";

/** The runtime looks at no more candidates for a shelf; a list of so many may be shorter. */
const K_MAX = 1_000;
/** Digits after the point that are shown; --json has all. */
const DIGITS = 4;

const USAGE = `endcap evaluate --interactions F [--test F] [--items F] [--users F] [--protocol P] --model M [--k 10] [--lists OUT.csv] [--seed N] [--json]

  --interactions F   CSV or Parquet: user_id, item_id and optionally rating, timestamp, session_id, order_id,
                     quantity, price; or the folder of a pulled export, which brings users and items along
  --test F           rank for the users of this file, trained on all of --interactions; without it the protocol
                     splits --interactions
  --items F          item_id and any columns       --users F   user_id and any columns
  --protocol P       ${PROTOCOLS.join(", ")} (default: ${PROTOCOLS[0]}); with --test,
                     cold-items ranks all of --items by content alone, next-item goes on from the user's last session
  --model M          ${NAMED_MODELS.join(", ")} or the folder of a model
  --k N              length of a list (default: 10)
  --lists OUT.csv    write the lists: user_id,rank,item_id
  --seed N           of the split, the training and the intervals (default: 1)
  --json             print { "model", "protocol", "k", "users", "metrics" }

All items of the training part are ranked, but those that the user has there; every held-out row is relevant. Models
rank by the code that serves: the personal shelf of "home". Metrics, protocols and intervals: docs/evaluation.md.`;

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new CommandError(`--${name} needs a whole number from ${least} to ${most}.`);
}

async function featuresOf(
  path: string | undefined,
  kind: "user" | "item",
): Promise<ReadonlyMap<string, FeatureValues>> {
  if (path === undefined) return new Map();
  const features = await readFeatures(path, kind);
  if (features.size === 0) throw new CommandError(`${path} holds no rows.`);
  return features;
}

/** Ranks and measures, with a step at the terminal for training and one for ranking. */
async function evaluateWithProgress(request: EvaluationRequest): Promise<Evaluation> {
  const step = startStep(`Evaluating ${request.model}`);
  try {
    const evaluation = await runEvaluation(
      request,
      async (done, total, note) => {
        step.update(done, total, `training, ${note}`);
        // Training never waits for anything by itself: this lets the terminal and Ctrl-C have their turn.
        await setImmediate();
      },
      (users, usersTotal) => step.update(users, usersTotal, "users ranked"),
    );
    step.done(`${evaluation.users} users`);
    return evaluation;
  } catch (error) {
    step.fail("nothing was measured");
    throw error;
  }
}

function print({ users, metrics }: Evaluation, protocol: string, k: number): void {
  const columns = [{ title: `k = ${k}` }, { title: "value", right: true }, { title: "95 % interval", right: true }];
  const rows = Object.entries(metrics).map(([name, { value, low, high }]) => [
    name,
    value.toFixed(DIGITS),
    `${low.toFixed(DIGITS)} – ${high.toFixed(DIGITS)}`,
  ]);
  console.log(`${users} users, protocol ${protocol}`);
  for (const line of formatTable(columns, rows)) console.log(line);
}

export default {
  summary: "Measure a model on interactions, ranked by the code that serves",
  usage: USAGE,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        interactions: { type: "string" },
        test: { type: "string" },
        items: { type: "string" },
        users: { type: "string" },
        protocol: { type: "string" },
        model: { type: "string" },
        k: { type: "string", default: "10" },
        lists: { type: "string" },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
      },
    });
    const { interactions, test, model } = values;
    if (interactions === undefined) throw new CommandError("Say what to evaluate on: --interactions FILE.");
    if (model === undefined) throw new CommandError(`Say which model: --model ${NAMED_MODELS.join(", ")} or a folder.`);
    const k = wholeNumber("k", values.k, 1, K_MAX);
    const seed = wholeNumber("seed", values.seed, 0, Number.MAX_SAFE_INTEGER);
    // An export brings the features along.
    const own = isExportFolder(interactions) ? (await readExport(interactions)).data : null;
    const users = own !== null && values.users === undefined ? own.users : await featuresOf(values.users, "user");
    const items = own !== null && values.items === undefined ? own.items : await featuresOf(values.items, "item");
    const rows = own?.interactions ?? null;
    const { split, protocol } = await readSplit({ interactions, rows, test, protocol: values.protocol, items, seed });
    const validation = validationOf(split, protocol);
    const request: EvaluationRequest = { model, split, validation, users, items, k, seed };
    const warning = warnOfUnreachable(split, rankedItems(request));
    if (warning !== null) console.error(warning);
    // A path that cannot be written is better known before the work than after it.
    if (values.lists !== undefined) await writeLists(values.lists, []);
    const evaluation = await evaluateWithProgress(request);
    if (values.lists !== undefined) await writeLists(values.lists, evaluation.lists);
    const { users: count, metrics } = evaluation;
    if (values.json) console.log(JSON.stringify({ model, protocol, k, users: count, metrics }));
    else print(evaluation, protocol, k);
    return 0;
  },
} satisfies Command;
