import { S3ServiceException } from "@aws-sdk/client-s3";

import { CommandError } from "../command.ts";
import type { ExportsBucket } from "./bucket.ts";
import { errorCode } from "./disk.ts";

const HTTP_UNAUTHORIZED = 401;
const HTTP_FORBIDDEN = 403;
const HTTP_TOO_MANY_REQUESTS = 429;
const HTTP_SERVER_ERROR = 500;

/** How Node says that a connection could not be made or did not last. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

function statusOf(error: unknown): number | null {
  if (error instanceof S3ServiceException) return error.$metadata.httpStatusCode ?? null;
  return null;
}

/** True for what may be gone at the next attempt: a broken connection, or a service that is busy or down. */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== null) return status >= HTTP_SERVER_ERROR || status === HTTP_TOO_MANY_REQUESTS;
  if (error instanceof Error && error.name === "TimeoutError") return true;
  return NETWORK_CODES.has(errorCode(error) ?? "");
}

/** The service's name of what it refused (`NoSuchBucket`), or null for what it never answered. */
export function refusalName(error: unknown): string | null {
  return error instanceof S3ServiceException ? error.name : null;
}

async function addressOf({ client }: ExportsBucket): Promise<string> {
  const endpoint = await client.config.endpoint?.();
  if (endpoint === undefined) return "the S3 service";
  const port = endpoint.port === undefined ? "" : `:${endpoint.port}`;
  return `${endpoint.protocol}//${endpoint.hostname}${port}`;
}

/** Says what is wrong with bucket, credentials or network, and what to do; anything else comes back as it was. */
export async function explain(error: unknown, bucket: ExportsBucket): Promise<unknown> {
  if (error instanceof CommandError) return error;
  const say = (message: string): CommandError => new CommandError(message, { cause: error });
  const address = await addressOf(bucket);
  const code = errorCode(error);
  const name = refusalName(error) ?? (error instanceof Error ? error.name : "");
  const status = statusOf(error);
  if (name === "CredentialsProviderError") {
    return say(
      "No S3 credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE. " +
        "They belong to an R2 API token with “Object Read only”.",
    );
  }
  if (status === HTTP_UNAUTHORIZED || status === HTTP_FORBIDDEN) {
    return say(
      `${address} refused the credentials for the bucket ${bucket.bucket} (${name}). Check AWS_ACCESS_KEY_ID and ` +
        "AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), and that their R2 API token may read this bucket.",
    );
  }
  if (name === "NoSuchBucket") {
    return say(
      `There is no bucket ${bucket.bucket} at ${address}. ENDCAP_EXPORTS_BUCKET names another one; ` +
        "ENDCAP_S3_ENDPOINT names the account.",
    );
  }
  if (status !== null && isPassing(error))
    return say(`${address} cannot answer at the moment (${name}, status ${status}). Try again later.`);
  if (isPassing(error)) {
    return say(
      `Nothing answers at ${address} (${code ?? name}). Check ENDCAP_S3_ENDPOINT and the network; where it is not ` +
        "set, start the local runtime with `npm start`.",
    );
  }
  if (error instanceof Error && "$response" in error && status === null)
    return say(`${address} does not answer as an S3 service does. Check ENDCAP_S3_ENDPOINT.`);
  return error;
}
