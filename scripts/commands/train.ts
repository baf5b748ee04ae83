import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";

import { EXPORT_ID_PATTERN, EXPORT_MANIFEST_FILE } from "../../domain/exports/manifest.ts";
import { type Command, CommandError } from "../command.ts";
import { pullExport } from "../exports/pull.ts";
import { createBucketClient } from "../runtime/s3.ts";
import { startStep } from "../terminal/progress.ts";
import { readExport } from "../train/read-export.ts";
import { trainModel } from "../train/train-model.ts";

const MODELS_FOLDER = ".endcap/models";
const EXPORTS_FOLDER = ".endcap/exports";

/** The folder of an export that is named by its folder or its id; fetched when it is not here yet. */
async function exportFolder(named: string): Promise<string> {
  if (existsSync(join(named, EXPORT_MANIFEST_FILE))) return named;
  if (!EXPORT_ID_PATTERN.test(named))
    throw new CommandError(`"${named}" is neither the folder of a pulled export nor an export's id.`);
  const { client, buckets } = createBucketClient();
  const step = startStep("Pulling the export");
  try {
    const { folder } = await pullExport(
      { client, bucket: buckets.exports },
      { id: named, out: EXPORTS_FOLDER, table: null },
      (done, total, file) => step.update(done, total, file),
    );
    step.done(folder);
    return folder;
  } catch (error) {
    step.fail("nothing more was fetched");
    throw error;
  } finally {
    client.destroy();
  }
}

export default {
  summary: "Fit the reference model on an export",
  usage: `endcap train --export ID|DIR [--out DIR] [--seed N] [--json]

  --export ID|DIR   the export: its id (fetched first) or the folder of a pulled one
  --out DIR         the model's folder is made in here (default: ${MODELS_FOLDER})
  --seed N          the same export and seed give the same model (default: 1)
  --json            print { "version", "folder", "metrics" }

Next: endcap models publish DIR/<version>`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        export: { type: "string" },
        out: { type: "string", default: MODELS_FOLDER },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
      },
    });
    if (values.export === undefined) throw new CommandError("Say which export to train on: --export ID|DIR.");
    const seed = Number(values.seed);
    if (!Number.isSafeInteger(seed) || seed < 0) throw new CommandError("--seed needs a whole number from 0.");
    const { id, data } = await readExport(await exportFolder(values.export));
    const step = startStep("Training the reference model");
    try {
      const { folder, manifest } = await trainModel(
        { data, sourceExport: id, seed, now: new Date(), out: values.out },
        async (epoch, epochsMax, ndcg) => {
          step.update(epoch, epochsMax, `nDCG@10 ${ndcg.toFixed(3)}`);
          // Training never waits for anything by itself: this lets the terminal and Ctrl-C have their turn.
          await setImmediate();
        },
      );
      step.done(manifest.version);
      const { version, metrics } = manifest;
      console.log(values.json ? JSON.stringify({ version, folder, metrics }) : folder);
      return 0;
    } catch (error) {
      step.fail("no model was made");
      throw error;
    }
  },
} satisfies Command;
