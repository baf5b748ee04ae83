/** 128 bits of randomness in up to 40 decimal digits. `crypto.randomUUID` is not there on pages without TLS. */
export function randomId(): string {
  return crypto.getRandomValues(new BigUint64Array(2)).join("");
}
