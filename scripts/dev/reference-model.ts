import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { z } from "zod";

import { CommandError } from "../command.ts";
import { PROJECT_FOLDER, stateFolder } from "../runtime/state-folder.ts";
import { startProcessGroup } from "./process-group.ts";
import type { Resources } from "./resources.ts";

const STDERR_FILE_DESCRIPTOR = 2;

// What the commands print with --json.
const createdSchema = z.object({ id: z.string() });
const trainedSchema = z.object({ folder: z.string() });
const publishedSchema = z.object({ version: z.string() });

/** Runs another command of the command line; its progress is shown. @returns what it printed */
async function endcap(args: readonly string[], resources: Resources): Promise<string> {
  const group = await startProcessGroup([join(PROJECT_FOLDER, "scripts/endcap.ts"), ...args], {
    stdout: "pipe",
    stderr: STDERR_FILE_DESCRIPTOR,
  });
  await resources.add(() => group.stop());
  const [printed, { status }] = await Promise.all([group.stdout === null ? "" : text(group.stdout), group.exited]);
  if (status !== 0) throw new CommandError(`\`npm run endcap -- ${args.slice(0, 2).join(" ")}\` failed (see above).`);
  return printed;
}

/**
 * Gives a shop without a model one: exports what was synced, fits the reference model on it, publishes and activates
 * it, exactly as a data scientist would at the command line.
 * @returns the model's version
 * @throws CommandError when one of the commands fails
 */
export async function trainReferenceModel(resources: Resources): Promise<string> {
  const folder = join(stateFolder(), "reference-model");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { id } = createdSchema.parse(JSON.parse(await endcap(["exports", "create", "--json"], resources)));
  const exported = join(folder, "export");
  await endcap(["exports", "pull", "--id", id, "--out", exported], resources);
  const trained = await endcap(
    ["train", "--export", join(exported, id), "--out", join(folder, "model"), "--json"],
    resources,
  );
  const model = trainedSchema.parse(JSON.parse(trained)).folder;
  const published = await endcap(["models", "publish", model, "--json"], resources);
  const { version } = publishedSchema.parse(JSON.parse(published));
  await endcap(["models", "activate", version], resources);
  return version;
}
