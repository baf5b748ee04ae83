import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ExportsBucket } from "../../scripts/exports/bucket.ts";
import type { Patience } from "../../scripts/exports/limits.ts";
import { createS3Client } from "../../scripts/runtime/s3.ts";
import { startRuntime, TEST_KEYS, type TestRuntime } from "../support/runtime.ts";

export const LOCAL_CREDENTIALS = { accessKeyId: "endcap-local", secretAccessKey: "endcap-local-secret" } as const;
export const EXPORTS_BUCKET = "endcap-exports";

/** Tests wait no longer than they must. */
export const HASTE: Patience = {
  fruitlessAttemptsMax: 3,
  firstPauseMilliseconds: 5,
  longestPauseMilliseconds: 20,
  silenceMaxMilliseconds: 5_000,
};

/** A runtime with its S3 API, and a folder to fetch into. */
export interface S3World {
  readonly runtime: TestRuntime;
  readonly origin: string;
  readonly endpoint: string;
  /** What a person at a terminal would have set. @param endpoint another one, e.g. a proxy's */
  environment(endpoint?: string): Record<string, string>;
  bucketAt(endpoint: string): ExportsBucket;
  /** A new folder. */
  folder(): Promise<string>;
  close(): Promise<void>;
}

/** Starts the Worker and its S3 API on a port of their own. */
export async function startS3World(): Promise<S3World> {
  const runtime = await startRuntime();
  const { url } = await runtime.harness.listen();
  const endpoint = `${url.origin}/cdn-cgi/local/r2/s3`;
  const root = await mkdtemp(join(tmpdir(), "endcap-pulled-exports-"));
  const buckets: ExportsBucket[] = [];
  return {
    runtime,
    origin: url.origin,
    endpoint,
    environment: (at = endpoint) => ({
      ENDCAP_URL: url.origin,
      ENDCAP_SECRET_KEY: TEST_KEYS.secret,
      ENDCAP_S3_ENDPOINT: at,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    }),
    bucketAt(at) {
      const bucket = {
        client: createS3Client({ endpoint: at, credentials: LOCAL_CREDENTIALS }),
        bucket: EXPORTS_BUCKET,
      };
      buckets.push(bucket);
      return bucket;
    },
    folder: () => mkdtemp(join(root, "out-")),
    async close() {
      for (const { client } of buckets) client.destroy();
      await runtime.close();
      await rm(root, { recursive: true });
    },
  };
}
