import { z } from "zod";

import { logger, messageOf } from "../../../platform/logger.ts";
import { SharedWork, type WaitUntil } from "../shared-work.ts";

/** Access changes its keys every six weeks and keeps the old one for a week. */
const KEYS_FRESH_MILLISECONDS = 60 * 60 * 1_000;
/** Anybody may send a token with a made-up key id: they are not to make us ask more often. */
const KEYS_ASKED_AGAIN_MILLISECONDS = 60 * 1_000;
const KEYS_TIMEOUT_MILLISECONDS = 5_000;

const keysSchema = z.object({
  keys: z.array(z.object({ kid: z.string(), kty: z.literal("RSA"), n: z.string(), e: z.string() })),
});
/** A public key of Access, as JWK. */
export type AccessKey = z.infer<typeof keysSchema>["keys"][number];

interface KeptKeys {
  readonly keys: readonly AccessKey[];
  readonly askedAt: number;
}

// The isolate's copy: every request of a signed-in person needs the same two keys.
const kept = new Map<string, KeptKeys>();
const asking = new SharedWork<void>();

async function ask(address: string, now: number): Promise<void> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(KEYS_TIMEOUT_MILLISECONDS) });
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    kept.set(address, { keys: keysSchema.parse(await response.json()).keys, askedAt: now });
  } catch (error) {
    // The keys that we have go on being used; the next question waits like any other.
    logger.warn("access_keys_unreadable", { message: messageOf(error) });
    kept.set(address, { keys: kept.get(address)?.keys ?? [], askedAt: now });
  }
}

/**
 * The key of this id among those at `address`, or null. Keys are kept for an hour; for an id that is not among them
 * they are read again, at most once a minute.
 * @param now milliseconds since 1970 UTC
 */
export async function accessKey(
  address: string,
  id: string,
  waitUntil: WaitUntil,
  now: number,
): Promise<AccessKey | null> {
  const find = (): AccessKey | undefined => kept.get(address)?.keys.find(({ kid }) => kid === id);
  const age = now - (kept.get(address)?.askedAt ?? -Infinity);
  const isDue = find() === undefined ? age >= KEYS_ASKED_AGAIN_MILLISECONDS : age >= KEYS_FRESH_MILLISECONDS;
  if (isDue) await asking.run(address, waitUntil, now, () => ask(address, now));
  return find() ?? null;
}
