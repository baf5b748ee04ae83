import { packByBytes } from "../../domain/ledger/packing.ts";
import { FILE_MAX_BYTES } from "../../domain/quarantine/limits.ts";
import { maskRecord } from "../../domain/quarantine/mask.ts";
import {
  NOT_KEPT,
  type QuarantineLine,
  type QuarantineSource,
  type SetAsideRecord,
} from "../../domain/quarantine/record.ts";
import { noteKeptFile } from "../d1/kept-file-store.ts";
import type { RuntimeEnv } from "../env.ts";
import { pseudonymizer } from "../pseudonym.ts";
import { dataSecret, sealerOf } from "./seal.ts";

/** Length of the date in an ISO 8601 time. */
const DATE_LENGTH = 10;

const JSON_LINES = "application/x-ndjson";

/** What was only counted. */
export interface NotKept {
  /** Since when it was counted, milliseconds since 1970 UTC; the same when the counts come again. */
  readonly since: number;
  /** By reason. */
  readonly counts: Readonly<Record<string, number>>;
}

/** ISO 8601. What is no time must not keep the records beside it from being kept. */
function timeText(at: number): string {
  const date = new Date(at);
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString();
}

function notKeptLine(source: QuarantineSource, { counts, since }: NotKept): QuarantineLine {
  return {
    reason: NOT_KEPT,
    detail: "Only counted: without consent to analytics, or more than is kept in a minute.",
    time: timeText(since),
    source,
    payload: counts,
    sealed: null,
  };
}

function countReasons(records: readonly SetAsideRecord[], notKept: NotKept | null): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason } of records) reasons[reason] = (reasons[reason] ?? 0) + 1;
  if (notKept === null) return reasons;
  return { ...reasons, [NOT_KEPT]: Object.values(notKept.counts).reduce((sum, count) => sum + count, 0) };
}

async function writeFile(
  env: Pick<RuntimeEnv, "DB" | "LAKE" | "DATA_SECRET">,
  source: QuarantineSource,
  records: readonly SetAsideRecord[],
  notKept: NotKept | null,
): Promise<void> {
  const secret = dataSecret(env);
  const sealer = await sealerOf(secret);
  const pseudonym = pseudonymizer(secret);
  const lines: QuarantineLine[] = [];
  for (const record of records) {
    const { detail, payload } = maskRecord(record, pseudonym);
    lines.push({
      reason: record.reason,
      detail,
      time: timeText(record.at),
      source,
      payload,
      sealed: await sealer.seal(JSON.stringify(record.payload ?? null)),
    });
  }
  if (notKept !== null) lines.push(notKeptLine(source, notKept));
  const name = await sealer.nameOf(JSON.stringify([source, records, notKept]));
  // The date is the first record's, not today's: what comes again tomorrow is the same object.
  const date = timeText(records[0]?.at ?? notKept?.since ?? 0).slice(0, DATE_LENGTH);
  const key = `quarantine/source=${source}/date=${date}/${name}.jsonl`;
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  // The object comes first: a row never names a file that is not there.
  await env.LAKE.put(key, text, { httpMetadata: { contentType: JSON_LINES } });
  await noteKeptFile(env.DB, {
    key,
    kind: "quarantine",
    source,
    writtenAt: Date.now(),
    records: records.length,
    reasons: countReasons(records, notKept),
  });
}

/**
 * Keeps what could not be taken: as JSON lines in the lake, where readers see it masked and a replay can unseal it,
 * and as a row of D1 with counts by reason. The same records again are the same object and row.
 * @param notKept what was only counted beside them
 * @throws what R2 or D1 throws; some of the records may be kept then, and calling again heals it
 */
export async function setAside(
  env: Pick<RuntimeEnv, "DB" | "LAKE" | "DATA_SECRET">,
  source: QuarantineSource,
  records: readonly SetAsideRecord[],
  notKept: NotKept | null = null,
): Promise<void> {
  const packs = packByBytes(records, FILE_MAX_BYTES);
  if (packs.length === 0 && notKept !== null) packs.push([]);
  for (const pack of packs) await writeFile(env, source, pack, pack === packs.at(-1) ? notKept : null);
}
