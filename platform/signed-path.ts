/** Signs paths, so that whoever holds one may fetch what lies there until it expires, without a key. */
export interface PathSigner {
  /** @param expiresAt seconds since 1970 UTC. @returns 64 hexadecimal digits */
  sign(path: string, expiresAt: number): Promise<string>;
  /** Whether `signature` is that of this path with this expiry; whether it has expired is the caller's to ask. */
  verify(path: string, expiresAt: number, signature: string): Promise<boolean>;
}

const SIGNATURE_PATTERN = /^[0-9a-f]{64}$/;

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Buffer.from(text);
}

// The number comes first and holds no line break: no two pairs make one message.
function messageFor(path: string, expiresAt: number): Uint8Array<ArrayBuffer> {
  return bytesOf(`${expiresAt}\n${path}`);
}

/**
 * A signer (HMAC-SHA-256) whose key is derived from `secret` for one purpose (HKDF, RFC 5869): nothing that it signs
 * is a signature of what else the secret signs, whatever the messages are.
 * @param purpose a fixed label, never what a caller sent
 */
export async function pathSigner(secret: string, purpose: string): Promise<PathSigner> {
  const material = await crypto.subtle.importKey("raw", bytesOf(secret), "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: bytesOf(purpose) },
    material,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign", "verify"],
  );
  return {
    async sign(path, expiresAt) {
      return Buffer.from(await crypto.subtle.sign("HMAC", key, messageFor(path, expiresAt))).toString("hex");
    },
    async verify(path, expiresAt, signature) {
      if (!SIGNATURE_PATTERN.test(signature)) return false;
      // Compares in constant time.
      return crypto.subtle.verify("HMAC", key, Buffer.from(signature, "hex"), messageFor(path, expiresAt));
    },
  };
}
