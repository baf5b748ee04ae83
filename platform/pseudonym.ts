import { createHmac } from "node:crypto";

/** Half of the digest: two of a billion ids share 128 bits once in 10²⁰ deployments. */
const PSEUDONYM_BYTES = 16;

/**
 * Turns ids of people into what the lake shows of them: HMAC-SHA-256 under the deployment's `DATA_SECRET`, 32
 * hexadecimal digits. The same id gives the same pseudonym for as long as the secret stays, so that tables join;
 * without the secret nobody can try ids out.
 * @returns a function that takes an id with its kind: `u:…`, `c:…`, `x:…`
 * @throws Error when the secret is empty, since then anybody could
 */
export function pseudonymizer(secret: string): (id: string) => string {
  if (secret === "") throw new Error("DATA_SECRET is empty: ids cannot be made pseudonyms.");
  return (id) => createHmac("sha256", secret).update(id).digest().subarray(0, PSEUDONYM_BYTES).toString("hex");
}

/** The same for a batch, in which ids come again: each is computed once. What it remembers goes with it. */
export function rememberingPseudonymizer(secret: string): (id: string) => string {
  const pseudonym = pseudonymizer(secret);
  const known = new Map<string, string>();
  return (id) => {
    const present = known.get(id);
    if (present !== undefined) return present;
    const made = pseudonym(id);
    known.set(id, made);
    return made;
  };
}
