import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "../command.ts";
import { type ApiClient, ApiRefusal, createApiClient } from "../runtime/api-client.ts";
import { type DevFile, writeDevFile } from "../runtime/dev-file.ts";
import { createS3Client } from "../runtime/s3.ts";
import { stateFolder } from "../runtime/state-folder.ts";
import { runSync, startSync, summarizeSync } from "../runtime/sync-run.ts";
import { startStep } from "../terminal/progress.ts";
import { loadConfiguration } from "./configuration.ts";
import { updateControlDocument } from "../runtime/control-document.ts";
import { startCronTimer } from "./cron-timer.ts";
import { demoShopVariable } from "./demo-shop.ts";
import { composeGreeting } from "./greeting.ts";
import { developmentKeys, withDevelopmentKeys } from "./keys.ts";
import type { DevOptions } from "./options.ts";
import { isPortFree } from "../runtime/ports.ts";
import { trainReferenceModel } from "./reference-model.ts";
import { provideReplica, type Replica } from "./replica.ts";
import type { Resources } from "./resources.ts";
import { lockState } from "./state-lock.ts";
import { removeState } from "./remove-state.ts";
import { migrateDatabase } from "./migrations.ts";
import { type LocalWorker, startWorker } from "./worker.ts";
import { type LocalRuntimeConfig, localS3Endpoint, readWranglerConfig } from "../runtime/wrangler-config.ts";

/** The runtime, up and answering. */
export interface LocalRuntime {
  readonly worker: LocalWorker;
  readonly replica: Replica;
  /** What to tell the person at the terminal. */
  readonly greeting: string;
}

async function startProcesses(
  options: DevOptions,
  url: string,
  resources: Resources,
): Promise<{ replica: Replica; worker: LocalWorker }> {
  const config = await loadConfiguration();
  // Neither needs the other; together they take as long as the slower one.
  const [replica] = await Promise.all([
    provideReplica(options.replica, config).then(async (started) => {
      await resources.add(() => started.close());
      return started;
    }),
    migrateDatabase(resources),
  ]);
  const demoShop = demoShopVariable(developmentKeys().publishable, replica.samples.customers);
  const worker = await startWorker({ port: options.port, url, replicaUrl: replica.url, demoShop }, resources);
  return { replica, worker };
}

/** Makes the keys known to the runtime and writes down, for the other commands, how to speak to it. */
async function provision(url: string, replica: Replica, { buckets }: LocalRuntimeConfig): Promise<DevFile> {
  const keys = developmentKeys();
  const { name, ...credentials } = buckets.RUNTIME;
  const client = createS3Client({ endpoint: localS3Endpoint(url), credentials });
  try {
    await updateControlDocument(client, name, new Date(), (control) => withDevelopmentKeys(control, keys));
  } finally {
    client.destroy();
  }
  const dev: DevFile = {
    url,
    publishable_key: keys.publishable,
    secret_key: keys.secret,
    sample_user_id: replica.samples.userId,
    sample_item_id: replica.samples.itemId,
    s3: {
      endpoint: localS3Endpoint(url),
      access_key_id: buckets.EXPORTS.accessKeyId,
      secret_access_key: buckets.EXPORTS.secretAccessKey,
      buckets: { lake: buckets.LAKE.name, exports: buckets.EXPORTS.name, models: buckets.MODELS.name },
    },
  };
  writeDevFile(dev);
  return dev;
}

async function isReady(api: ApiClient): Promise<boolean> {
  try {
    await api.request("GET", "/v1/ready");
    return true;
  } catch (error) {
    if (error instanceof ApiRefusal && error.code === "not_ready") return false;
    throw error;
  }
}

async function syncAndWait(api: ApiClient, label: string): Promise<void> {
  const step = startStep(label);
  try {
    step.done(summarizeSync(await runSync(api, step)));
  } catch (error) {
    step.fail("failed");
    throw error;
  }
}

/** Syncs, and gives the shop a model: at once in the background where an earlier start did both for the same replica. */
async function fillWithShop(api: ApiClient, replica: Replica, resources: Resources): Promise<void> {
  const lastReplica = join(stateFolder(), "last-replica");
  const sameShop = existsSync(lastReplica) && readFileSync(lastReplica, "utf8") === replica.identity;
  if (sameShop && (await isReady(api))) {
    await startSync(api);
    return;
  }
  await syncAndWait(api, "First sync");
  await trainReferenceModel(resources);
  writeFileSync(lastReplica, replica.identity);
}

/**
 * Brings the whole local runtime up, step by step, each with its progress.
 * @param resources told of everything that must be ended
 * @throws CommandError in one line that says what to do
 */
export async function bringUp(options: DevOptions, resources: Resources): Promise<LocalRuntime> {
  const { crons, ...runtimeConfig } = readWranglerConfig();
  if (!(await isPortFree(options.port))) {
    throw new CommandError(
      `Port ${options.port} is taken. Stop what listens there, or choose another: npm start -- --port ${options.port + 1}`,
    );
  }
  await resources.add(lockState(stateFolder()));
  if (options.fresh) await removeState();
  const url = `http://localhost:${options.port}`;
  const { replica, worker } = await startProcesses(options, url, resources);
  const dev = await provision(url, replica, { crons, ...runtimeConfig });
  const api = createApiClient({ url, key: dev.secret_key });
  await fillWithShop(api, replica, resources);
  await resources.add(startCronTimer(url, crons));
  return { worker, replica, greeting: await composeGreeting(api, dev) };
}
