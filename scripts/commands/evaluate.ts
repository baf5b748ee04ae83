import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";

import type { FeatureValues } from "../../domain/catalogue/records.ts";
import type { Evaluation } from "../../domain/evaluation/evaluate.ts";
import { type Protocol, PROTOCOLS, type Split, splitInteractions } from "../../domain/evaluation/split.ts";
import { type Command, CommandError } from "../command.ts";
import { csvField } from "../evaluate/csv.ts";
import { readFeatures } from "../evaluate/read-features.ts";
import { readInteractions } from "../evaluate/read-interactions.ts";
import { NAMED_MODELS, runEvaluation } from "../evaluate/run-evaluation.ts";
import { createRandom } from "../random.ts";
import { startStep } from "../terminal/progress.ts";

const K_MAX = 1_000;
/** The protocol's name in the answer when the test part was given. */
const GIVEN = "given";

const USAGE = `endcap evaluate --interactions F [--test F] [--items F] [--users F] [--protocol P] --model M [--k 10] [--lists OUT.csv] [--seed N] [--json]

  --interactions F   CSV or Parquet: user_id, item_id and optionally rating, timestamp, order_id
  --test F           rank for the users of this file, trained on all of --interactions; else --protocol splits it
  --items F          item_id and any columns       --users F   user_id and any columns
  --protocol P       ${PROTOCOLS.join(", ")} (default: random)
  --model M          ${NAMED_MODELS.join(", ")} or the folder of a model
  --k N              length of a list (default: 10)
  --lists OUT.csv    write the lists: user_id,rank,item_id
  --seed N           of the split and of the training (default: 1)
  --json             print { "model", "protocol", "k", "users", "metrics" }

All items of the training part are ranked, but those that the user has there; every held-out row is relevant.
The lists are made by the code that serves: the personal shelf of "home".`;

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new CommandError(`--${name} needs a whole number from ${least} to ${most}.`);
}

function protocolNamed(name: string): Protocol {
  const protocol = PROTOCOLS.find((known) => known === name);
  if (protocol === undefined) throw new CommandError(`There is no protocol "${name}": use ${PROTOCOLS.join(", ")}.`);
  return protocol;
}

async function splitOf(path: string, testPath: string | undefined, protocol: Protocol, seed: number): Promise<Split> {
  const rows = await readInteractions(path);
  if (testPath !== undefined) return { train: rows, test: await readInteractions(testPath) };
  const split = splitInteractions(rows, protocol, createRandom(seed));
  if (!split.ok) throw new CommandError(`The protocol ${protocol} needs a timestamp in every row of ${path}.`);
  return split.value;
}

function featuresOf(path: string | undefined, kind: "user" | "item"): Promise<Map<string, FeatureValues>> {
  return path === undefined ? Promise.resolve(new Map<string, FeatureValues>()) : readFeatures(path, kind);
}

async function writeLists(path: string, { lists }: Evaluation): Promise<void> {
  const file = createWriteStream(path);
  file.write("user_id,rank,item_id\n");
  for (const { userId, itemIds } of lists) {
    const lines = itemIds.map((itemId, position) => `${csvField(userId)},${position + 1},${csvField(itemId)}\n`);
    if (!file.write(lines.join(""))) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}

function print(evaluation: Evaluation): void {
  console.log(`${evaluation.users} users`);
  for (const [name, { value, low, high }] of Object.entries(evaluation.metrics))
    console.log(`  ${name.padEnd("precision".length)}  ${value.toFixed(4)}  (${low.toFixed(4)} – ${high.toFixed(4)})`);
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
        protocol: { type: "string", default: "random" },
        model: { type: "string" },
        k: { type: "string", default: "10" },
        lists: { type: "string" },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
      },
    });
    const { model } = values;
    if (values.interactions === undefined) throw new CommandError("Say what to evaluate on: --interactions FILE.");
    if (model === undefined) throw new CommandError(`Say which model: --model ${NAMED_MODELS.join(", ")} or a folder.`);
    const k = wholeNumber("k", values.k, 1, K_MAX);
    const seed = wholeNumber("seed", values.seed, 0, Number.MAX_SAFE_INTEGER);
    const protocol = protocolNamed(values.protocol);
    const split = await splitOf(values.interactions, values.test, protocol, seed);
    const [users, items] = [await featuresOf(values.users, "user"), await featuresOf(values.items, "item")];
    const step = startStep(`Evaluating ${model}`);
    try {
      const evaluation = await runEvaluation(
        { model, split, users, items, k, seed },
        async (epoch, epochsMax, ndcg) => {
          step.update(epoch, epochsMax, `nDCG@10 ${ndcg.toFixed(3)}`);
          // Training never waits for anything by itself: this lets the terminal and Ctrl-C have their turn.
          await setImmediate();
        },
      );
      step.done(`${evaluation.users} users`);
      if (values.lists !== undefined) await writeLists(values.lists, evaluation);
      const protocolUsed = values.test === undefined ? protocol : GIVEN;
      const { users: count, metrics } = evaluation;
      if (values.json) console.log(JSON.stringify({ model, protocol: protocolUsed, k, users: count, metrics }));
      else print(evaluation);
      return 0;
    } catch (error) {
      step.fail("nothing was measured");
      throw error;
    }
  },
} satisfies Command;
