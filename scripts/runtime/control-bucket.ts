import type { S3Client } from "@aws-sdk/client-s3";

import { CommandError } from "../command.ts";
import { readDevFile } from "./dev-file.ts";
import { createS3Client } from "./s3.ts";
import { readWranglerConfig } from "./wrangler-config.ts";

/**
 * The client that reads and writes `control.json`: for whoever runs the deployment, not for data scientists. With
 * ENDCAP_S3_ENDPOINT it is the account's bucket (ENDCAP_RUNTIME_BUCKET renames it), without it the one of `npm start`.
 * @throws CommandError when nothing says where the bucket is
 */
export function createControlBucketClient(): { readonly client: S3Client; readonly bucket: string } {
  const { ENDCAP_S3_ENDPOINT: endpoint, ENDCAP_RUNTIME_BUCKET: named } = process.env;
  if (endpoint === undefined || endpoint === "") {
    const { name, ...credentials } = readWranglerConfig().buckets.RUNTIME;
    return { client: createS3Client({ endpoint: readDevFile().s3.endpoint, credentials }), bucket: name };
  }
  if (!URL.canParse(endpoint)) throw new CommandError(`ENDCAP_S3_ENDPOINT is not an address: ${endpoint}`);
  return { client: createS3Client({ endpoint }), bucket: named ?? "endcap-runtime" };
}
