import { z } from "zod";

import { LIVE_ITEMS_OBJECT_KEY, type LiveItems, liveItemsSchema } from "../../domain/catalogue/live-items.ts";
import { readLiveItems } from "../d1/live-item-reader.ts";

/** How often a lost race for the object is run again before giving up. */
const WRITE_ATTEMPTS_MAX = 5;

/** `live-items.json` together with the version of the object that holds it. */
export interface VersionedLiveItems {
  readonly live: LiveItems;
  readonly etag: string;
}

/**
 * Reads `live-items.json`.
 * @param knownEtag the version that the caller holds: when it is still the newest, nothing is transferred.
 * @returns the document, `"unchanged"`, or null where nothing was ever pushed.
 */
export async function fetchLiveItems(
  bucket: R2Bucket,
  knownEtag?: string,
): Promise<VersionedLiveItems | "unchanged" | null> {
  const object = await bucket.get(
    LIVE_ITEMS_OBJECT_KEY,
    knownEtag === undefined ? {} : { onlyIf: { etagDoesNotMatch: knownEtag } },
  );
  if (object === null) return null;
  if (!("body" in object)) return "unchanged";
  return { live: liveItemsSchema.parse(await object.json()), etag: object.etag };
}

const metadataSchema = z.object({ through: z.coerce.number().int() });

/** Whether the object knows the push of that number: another isolate may have written it on its way. */
function knows(present: R2Object | null, push: number): boolean {
  const metadata = metadataSchema.safeParse(present?.customMetadata);
  return metadata.success && metadata.data.through >= push;
}

/**
 * Writes `live-items.json` anew from D1. The object's version is read before D1 and must still be the present one when
 * it is replaced, so that of two writers the one with the older look at D1 never wins.
 * @param push number of the push that the object must know of; nothing is written when it does. Null: it is written
 * whatever it knows, to let go of what a snapshot holds now
 * @returns what was written, with its version, or null when there was no need
 * @throws Error when {@link WRITE_ATTEMPTS_MAX} races in a row were lost, and what R2 throws: it takes one write a
 * second of one object
 */
export async function writeLiveItems(
  db: D1Database,
  bucket: R2Bucket,
  push: number | null,
): Promise<VersionedLiveItems | null> {
  for (let attempt = 0; attempt < WRITE_ATTEMPTS_MAX; attempt++) {
    const present = await bucket.head(LIVE_ITEMS_OBJECT_KEY);
    if (push !== null && knows(present, push)) return null;
    const live = await readLiveItems(db);
    const put = await bucket.put(LIVE_ITEMS_OBJECT_KEY, JSON.stringify(live), {
      onlyIf: present === null ? { etagDoesNotMatch: "*" } : { etagMatches: present.etag },
      httpMetadata: { contentType: "application/json" },
      customMetadata: { through: String(live.through) },
    });
    if (put !== null) return { live, etag: put.etag };
  }
  throw new Error(`${LIVE_ITEMS_OBJECT_KEY} changed under us ${WRITE_ATTEMPTS_MAX} times in a row.`);
}
