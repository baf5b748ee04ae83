import { join } from "node:path";

import { unstable_readConfig } from "wrangler";
import { z } from "zod";

import { CommandError } from "../command.ts";
import { PROJECT_FOLDER } from "./state-folder.ts";

const bucketSchema = z.object({
  binding: z.string(),
  bucket_name: z.string(),
  local_dev: z.object({
    experimental_s3_credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  }),
});

const wranglerConfigSchema = z.object({
  triggers: z.object({ crons: z.array(z.string()).default([]) }),
  r2_buckets: z.array(bucketSchema),
});

/** A bucket as the local runtime serves it to S3 clients. */
export interface LocalBucket {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What the local runtime needs to know from wrangler.toml. */
export interface LocalRuntimeConfig {
  readonly crons: readonly string[];
  readonly buckets: Readonly<Record<"RUNTIME" | "LAKE" | "EXPORTS" | "MODELS", LocalBucket>>;
}

/** Reads wrangler.toml's top level. @throws CommandError when a bucket or its local credentials are missing */
export function readWranglerConfig(): LocalRuntimeConfig {
  const raw: unknown = unstable_readConfig({ config: join(PROJECT_FOLDER, "wrangler.toml") }, { hideWarnings: true });
  const parsed = wranglerConfigSchema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new CommandError(`wrangler.toml: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not understood"}`);
  }
  const bucket = (binding: string): LocalBucket => {
    const found = parsed.data.r2_buckets.find((candidate) => candidate.binding === binding);
    if (found === undefined)
      throw new CommandError(`wrangler.toml: there is no [[r2_buckets]] with binding ${binding}.`);
    return { name: found.bucket_name, ...found.local_dev.experimental_s3_credentials };
  };
  return {
    crons: parsed.data.triggers.crons,
    buckets: {
      RUNTIME: bucket("RUNTIME"),
      LAKE: bucket("LAKE"),
      EXPORTS: bucket("EXPORTS"),
      MODELS: bucket("MODELS"),
    },
  };
}

/** Where the local runtime at `url` speaks S3: the endpoint of every bucket, which path-style clients append. */
export function localS3Endpoint(url: string): string {
  return `${url}/cdn-cgi/local/r2/s3`;
}
