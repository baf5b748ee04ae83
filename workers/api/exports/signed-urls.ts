import type { Context } from "hono";

import type { RuntimeEnv } from "../../../platform/env.ts";
import { type PathSigner, pathSigner } from "../../../platform/signed-path.ts";
import type { ApiEnv } from "../context.ts";
import { ApiError } from "../errors.ts";

/** How long a file's URL works: long enough to begin a download, which then goes on for as long as it takes. */
export const FILE_URL_SECONDS = 15 * 60;

/** What the signing key is derived for; the secret itself signs shopper tokens. */
const PURPOSE = "endcap export files v1";
const EXPIRES_PATTERN = /^[1-9]\d{0,11}$/;

/** Why a signed URL was refused. */
export type UrlRefusal = "url_expired" | "invalid_signature";

/** The deployment's signer of file URLs, or null while it has no signing secret. */
export async function fileSigner(env: RuntimeEnv): Promise<PathSigner | null> {
  // The generated type knows only the local value; in production it is a secret that someone may not have set yet.
  const secret: string | undefined = env.TOKEN_SIGNING_SECRET;
  return secret === undefined || secret === "" ? null : pathSigner(secret, PURPOSE);
}

/** Where a file of an export lies on this deployment. @param file relative to the export's folder */
export function filePath(id: string, file: string): string {
  return `/v1/exports/${id}/files/${file}`;
}

/** The URL at which anybody gets a file until it expires. @param now milliseconds since 1970 UTC */
export async function signedUrl(signer: PathSigner, origin: string, path: string, now: number): Promise<string> {
  const expires = Math.floor(now / 1_000) + FILE_URL_SECONDS;
  const url = new URL(path, origin);
  url.searchParams.set("expires", String(expires));
  url.searchParams.set("signature", await signer.sign(path, expires));
  return url.href;
}

/** True for a request that proves itself by its URL instead of a key. */
export function isSigned(context: Context<ApiEnv>): boolean {
  return context.req.query("signature") !== undefined || context.req.query("expires") !== undefined;
}

/**
 * Checks a signed URL.
 * @param now milliseconds since 1970 UTC
 * @returns null when it is in order
 * @throws ApiError 503 while the deployment has no signing secret
 */
export async function refusalOfUrl(context: Context<ApiEnv>, path: string, now: number): Promise<UrlRefusal | null> {
  const signer = await fileSigner(context.env);
  if (signer === null) throw new ApiError("not_ready", "This deployment has no TOKEN_SIGNING_SECRET: send a key.");
  const { expires = "", signature = "" } = context.req.query();
  if (!EXPIRES_PATTERN.test(expires)) return "invalid_signature";
  // The signature first: of a URL that we never made, nobody learns whether it would have expired.
  if (!(await signer.verify(path, Number(expires), signature))) return "invalid_signature";
  return Number(expires) * 1_000 > now ? null : "url_expired";
}
