import { S3Client } from "@aws-sdk/client-s3";

import { CommandError } from "../command.ts";
import { type DevFile, readDevFile } from "./dev-file.ts";

/** An S3 client and the names of the buckets that it may use. */
export interface BucketClient {
  readonly client: S3Client;
  readonly buckets: DevFile["s3"]["buckets"];
}

/** Names in the account, as in wrangler.toml; each may be another by environment. */
const BUCKETS = { lake: "endcap-lake", exports: "endcap-exports", models: "endcap-models" } as const;

/** Where an S3 service is; without credentials the AWS environment or profile is asked. */
export interface S3Address {
  readonly endpoint: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A client of R2's S3 API, real or local. */
export function createS3Client(address: S3Address): S3Client {
  return new S3Client({
    region: "auto",
    forcePathStyle: true,
    endpoint: address.endpoint,
    // R2 knows no default integrity checksums on requests that did not ask for one.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(address.credentials === undefined ? {} : { credentials: address.credentials }),
  });
}

/**
 * The client that data scientists' commands use. With ENDCAP_S3_ENDPOINT (`https://<account>.r2.cloudflarestorage.com`)
 * credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the AWS profile; without it, everything comes
 * from `.endcap/dev.json`. ENDCAP_LAKE_BUCKET, ENDCAP_EXPORTS_BUCKET and ENDCAP_MODELS_BUCKET rename buckets.
 * @throws CommandError when nothing says where the buckets are
 */
export function createBucketClient(): BucketClient {
  const { ENDCAP_S3_ENDPOINT: endpoint, ...environment } = process.env;
  if (endpoint === undefined || endpoint === "") {
    const { s3 } = readDevFile();
    const credentials = { accessKeyId: s3.access_key_id, secretAccessKey: s3.secret_access_key };
    return { client: createS3Client({ endpoint: s3.endpoint, credentials }), buckets: s3.buckets };
  }
  if (!URL.canParse(endpoint)) throw new CommandError(`ENDCAP_S3_ENDPOINT is not an address: ${endpoint}`);
  return {
    client: createS3Client({ endpoint }),
    buckets: {
      lake: environment["ENDCAP_LAKE_BUCKET"] ?? BUCKETS.lake,
      exports: environment["ENDCAP_EXPORTS_BUCKET"] ?? BUCKETS.exports,
      models: environment["ENDCAP_MODELS_BUCKET"] ?? BUCKETS.models,
    },
  };
}
