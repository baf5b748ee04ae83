const DIGITS = 32;

/** 32 hexadecimal digits of randomness. `crypto.randomUUID` is not there on pages without TLS. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(DIGITS)), (byte) => (byte % 16).toString(16)).join("");
}
