import { createHash, randomBytes } from "node:crypto";

const KEY_RANDOM_BYTES = 32;

/** A new key: its kind, and 32 random bytes. */
export function newKey(prefix: "pk_" | "sk_"): string {
  return prefix + randomBytes(KEY_RANDOM_BYTES).toString("base64url");
}

/** What is stored of a key: SHA-256 in hexadecimal. */
export function hashOfKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
