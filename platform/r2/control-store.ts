import { CONTROL_OBJECT_KEY, type Control, controlSchema, emptyControl } from "../../domain/control/control.ts";

/** How often a lost race for `control.json` is run again before giving up. */
const UPDATE_ATTEMPTS_MAX = 10;

/** `control.json` together with the version of the object that it was read from. */
export interface VersionedControl {
  readonly control: Control;
  readonly etag: string;
}

/**
 * Reads `control.json`.
 * @param knownEtag the version that the caller holds: when it is still the newest, nothing is transferred.
 * @returns the document, `"unchanged"`, or null when the deployment has none yet.
 */
export async function readControl(
  bucket: R2Bucket,
  knownEtag?: string,
): Promise<VersionedControl | "unchanged" | null> {
  const object = await bucket.get(
    CONTROL_OBJECT_KEY,
    knownEtag === undefined ? {} : { onlyIf: { etagDoesNotMatch: knownEtag } },
  );
  if (object === null) return null;
  if (!("body" in object)) return "unchanged";
  return { control: controlSchema.parse(await object.json()), etag: object.etag };
}

/**
 * Changes `control.json` by compare-and-swap: two writers at once both take effect, one after the other.
 * @param change a pure function of the present document; may be called again when another writer was faster.
 * @returns the document as written (or as it was, when `change` returned it untouched).
 * @throws Error when {@link UPDATE_ATTEMPTS_MAX} races in a row were lost.
 */
export async function updateControl(
  bucket: R2Bucket,
  now: Date,
  change: (control: Control) => Control,
): Promise<Control> {
  for (let attempt = 0; attempt < UPDATE_ATTEMPTS_MAX; attempt++) {
    const present = await readControl(bucket);
    if (present === "unchanged") throw new Error("R2 answered an unconditional read with 'unchanged'.");
    const before = present?.control ?? emptyControl(now);
    const after = change(before);
    if (after === before && present !== null) return before;
    const written = { ...after, updated_at: now.toISOString() };
    // A first write must not overwrite another first write: `etagDoesNotMatch: "*"` means "only if absent".
    const put = await bucket.put(CONTROL_OBJECT_KEY, JSON.stringify(controlSchema.parse(written)), {
      onlyIf: present === null ? { etagDoesNotMatch: "*" } : { etagMatches: present.etag },
      httpMetadata: { contentType: "application/json" },
    });
    if (put !== null) return written;
  }
  throw new Error(`control.json changed under us ${UPDATE_ATTEMPTS_MAX} times in a row; try again.`);
}
