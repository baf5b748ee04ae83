import { SECRET_PREFIX } from "../../domain/notices/targets.ts";

/** The key's bytes: base64 behind the scheme's prefix, else the characters themselves. */
function keyBytes(secret: string): Uint8Array<ArrayBuffer> {
  if (!secret.startsWith(SECRET_PREFIX)) return new Uint8Array(Buffer.from(secret));
  return new Uint8Array(Buffer.from(secret.slice(SECRET_PREFIX.length), "base64"));
}

/**
 * Headers that prove who sent a webhook, as the Standard Webhooks scheme has them (standardwebhooks.com): HMAC-SHA256
 * over id, time of the attempt and body.
 * @param now milliseconds since 1970 UTC
 */
export async function signatureHeaders(
  secret: string,
  id: string,
  body: string,
  now: number,
): Promise<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const timestamp = String(Math.floor(now / 1_000));
  const key = await crypto.subtle.importKey("raw", keyBytes(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signature = Buffer.from(await crypto.subtle.sign("HMAC", key, content)).toString("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
