import { bodyWithout } from "../../../domain/erasure/letter-body.ts";
import { type KnownPerson, mentions } from "../../../domain/erasure/mentions.ts";
import { type DeadLetter, deadLetterSchema } from "../../../domain/quarantine/dead-letter.ts";
import { MASKED, maskRecord } from "../../../domain/quarantine/mask.ts";
import { type QuarantineLine, quarantineLineSchema } from "../../../domain/quarantine/record.ts";
import { markReplayed } from "../../../platform/d1/kept-file-store.ts";
import type { Sealer } from "../../../platform/quarantine/seal.ts";
import { KEPT_FILES_PER_STEP } from "./limits.ts";

/** What looking through kept files needs. */
export interface KeptFilesDeps {
  readonly bucket: R2Bucket;
  readonly db: D1Database;
  readonly sealer: Sealer;
  readonly pseudonym: (id: string) => string;
  readonly person: KnownPerson;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** What came of a part of the files. A type, not an interface: a workflow's step hands it on. */
export type KeptFilesLook = {
  readonly records: number;
  readonly files: number;
  /** Records whose original cannot be opened: only what is shown of them could be looked at. */
  readonly unreadable: number;
  /** Go on behind this key; null: these were all. */
  readonly next: string | null;
};

/** A file without the person; null text: nothing is left of it. */
interface ErasedFile {
  readonly text: string | null;
  readonly records: number;
  readonly unreadable: number;
}

async function unsealed(sealer: Sealer, sealed: string): Promise<{ readonly value: unknown } | null> {
  try {
    return { value: JSON.parse(await sealer.unseal(sealed)) };
  } catch {
    return null;
  }
}

function linesOf(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
}

const textOf = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** A quarantine file without the person's records. One that has none left is empty: its counts stand for what was. */
async function quarantineWithout({ sealer, person }: KeptFilesDeps, text: string): Promise<ErasedFile> {
  const lines = linesOf(text).map((line) => quarantineLineSchema.parse(line));
  const left: QuarantineLine[] = [];
  let unreadable = 0;
  for (const line of lines) {
    const original = line.sealed === null ? { value: null } : await unsealed(sealer, line.sealed);
    if (original === null) unreadable += 1;
    const shown = [line.detail, line.payload];
    if (!mentions([shown, original?.value ?? null], person)) left.push(line);
  }
  return { text: textOf(left), records: lines.length - left.length, unreadable };
}

function withoutPseudonyms(text: string, { pseudonyms }: KnownPerson): string {
  let left = text;
  for (const pseudonym of pseudonyms) left = left.replaceAll(pseudonym, MASKED);
  return left;
}

/** A dead letter without the person's events and answers. */
async function letterWithout({ sealer, person, pseudonym }: KeptFilesDeps, text: string): Promise<ErasedFile> {
  const letter = deadLetterSchema.parse(linesOf(text)[0]);
  const original = await unsealed(sealer, letter.sealed);
  if (original === null) {
    const isTheirs = mentions([letter.detail, letter.payload], person);
    return { text: isTheirs ? null : text, records: isTheirs ? 1 : 0, unreadable: 1 };
  }
  const { body, removed } = bodyWithout(original.value, person);
  const detail = withoutPseudonyms(letter.detail, person);
  if (removed === 0 && detail === letter.detail) return { text, records: 0, unreadable: 0 };
  if (body === null) return { text: null, records: removed, unreadable: 0 };
  const { payload } = maskRecord({ detail, payload: body }, pseudonym);
  const left: DeadLetter = { ...letter, detail, payload, sealed: await sealer.seal(JSON.stringify(body)) };
  return { text: textOf([left]), records: removed, unreadable: 0 };
}

async function eraseFile(deps: KeptFilesDeps, key: string): Promise<Omit<ErasedFile, "text">> {
  const { bucket, db, now } = deps;
  const object = await bucket.get(key);
  if (object === null) return { records: 0, unreadable: 0 };
  const text = await object.text();
  const isLetter = key.startsWith("dead-letters/");
  const erased = await (isLetter ? letterWithout(deps, text) : quarantineWithout(deps, text));
  const { records, unreadable } = erased;
  if (erased.text === text) return { records, unreadable };
  if (erased.text === null) {
    await bucket.delete(key);
    // Nothing of it can be sent any more: whoever replays all need not be told again and again.
    await markReplayed(db, key, { erased: records }, new Date(now()));
    return { records, unreadable };
  }
  // What was put meanwhile is looked at with the next attempt.
  const onlyIf = { etagMatches: object.etag };
  const put = await bucket.put(key, erased.text, { onlyIf, httpMetadata: { contentType: "application/x-ndjson" } });
  if (put === null) throw new Error(`${key} changed while the person was taken out of it.`);
  return { records, unreadable };
}

/**
 * Takes a person out of what could not be taken, file by file, as far as one step may go. Originals are opened: what is
 * shown of them may have been cut before the person's id.
 * @param prefix `quarantine/` or `dead-letters/`
 * @param after go on behind this key, null from the first
 */
export async function lookThroughKept(
  deps: KeptFilesDeps,
  prefix: "quarantine/" | "dead-letters/",
  after: string | null,
): Promise<KeptFilesLook> {
  const page = await deps.bucket.list({
    prefix,
    limit: KEPT_FILES_PER_STEP,
    ...(after === null ? {} : { startAfter: after }),
  });
  let [records, files, unreadable] = [0, 0, 0];
  for (const { key } of page.objects) {
    const erased = await eraseFile(deps, key);
    records += erased.records;
    unreadable += erased.unreadable;
    if (erased.records > 0) files += 1;
  }
  return { records, files, unreadable, next: page.truncated ? (page.objects.at(-1)?.key ?? null) : null };
}
