/** Bytes of an AES-GCM nonce. */
const NONCE_BYTES = 12;
const KEY_BITS = 256;

/** Seals originals so that only the Worker can read them again, and names files by what is in them. */
export interface Sealer {
  /** The text, encrypted, as base64. The same text is always sealed the same. */
  seal(text: string): Promise<string>;
  /** @throws Error when it was sealed with another secret, or changed */
  unseal(sealed: string): Promise<string>;
  /** 32 hexadecimal digits that only the same text has. Keyed: nobody can try texts against them. */
  nameOf(text: string): Promise<string>;
}

const utf8 = new TextEncoder();

async function derive(
  secret: string,
  purpose: string,
  algorithm: "AES-GCM" | "HMAC",
  usages: ("encrypt" | "decrypt" | "sign")[],
): Promise<CryptoKey> {
  const root = await crypto.subtle.importKey("raw", utf8.encode(secret), "HKDF", false, ["deriveKey"]);
  const target =
    algorithm === "HMAC" ? { name: "HMAC", hash: "SHA-256", length: KEY_BITS } : { name: "AES-GCM", length: KEY_BITS };
  const info = utf8.encode(`endcap/quarantine/1/${purpose}`);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(parameters, root, target, false, usages);
}

async function openSealer(secret: string): Promise<Sealer> {
  const [sealing, nonces, names] = await Promise.all([
    derive(secret, "seal", "AES-GCM", ["encrypt", "decrypt"]),
    derive(secret, "nonce", "HMAC", ["sign"]),
    derive(secret, "name", "HMAC", ["sign"]),
  ]);
  return {
    async seal(text) {
      const plain = utf8.encode(text);
      // The nonce follows from the text (as in AES-SIV): a repetition is the same object, and no other text has it.
      const nonce = new Uint8Array(await crypto.subtle.sign("HMAC", nonces, plain)).slice(0, NONCE_BYTES);
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, sealing, plain);
      return Buffer.concat([nonce, new Uint8Array(sealed)]).toString("base64");
    },
    async unseal(text) {
      const bytes = new Uint8Array(Buffer.from(text, "base64"));
      const nonce = bytes.slice(0, NONCE_BYTES);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, sealing, bytes.slice(NONCE_BYTES));
      return new TextDecoder().decode(plain);
    },
    async nameOf(text) {
      const hash = await crypto.subtle.sign("HMAC", names, utf8.encode(text));
      return Buffer.from(hash).subarray(0, 16).toString("hex");
    },
  };
}

// Keys are derived once per isolate: a secret changes with a deployment, which begins new isolates.
const opened = new Map<string, Promise<Sealer>>();

/** The secret that seals and pseudonymises. @throws Error for a deployment without one */
export function dataSecret(env: { readonly DATA_SECRET?: string }): string {
  const { DATA_SECRET: secret } = env;
  if (secret === undefined || secret === "") throw new Error("Set the secret DATA_SECRET: nothing is kept without it.");
  return secret;
}

/** The sealer of a secret. */
export function sealerOf(secret: string): Promise<Sealer> {
  let sealer = opened.get(secret);
  if (sealer === undefined) {
    sealer = openSealer(secret);
    opened.set(secret, sealer);
  }
  return sealer;
}
