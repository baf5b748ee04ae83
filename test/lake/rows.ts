import type { Interaction } from "../../domain/events/interaction.ts";
import { eventRow, EVENTS_TABLE } from "../../domain/lake/events-table.ts";
import { type LakeKey, hourFolder, smallFileKey, batchFileKey } from "../../domain/lake/lake-keys.ts";
import type { LakeRow } from "../../domain/lake/lake-table.ts";
import { RECOMMENDATIONS_TABLE, recommendationRows } from "../../domain/lake/recommendations-table.ts";
import { filesToRead } from "../../domain/lake/hour-listing.ts";
import { encodeLakeFile } from "../../platform/parquet/encode-lake-file.ts";
import { readParquetBytes } from "../../platform/parquet/read-parquet.ts";
import { putLakeFile, readHour } from "../../platform/r2/lake-store.ts";

/** Rows of events by their numbers: the number is the id, and decides the rest. */
export function eventRows(numbers: readonly number[], hourMs: number): LakeRow[] {
  return numbers.map((number) => {
    const interaction: Interaction = {
      event_id: `event-${number}`,
      name: number % 3 === 0 ? "view_item_list" : "view_item",
      shopper: `c:client-${number % 5}`,
      // Neither unique nor ascending: as sessions deliver.
      at: hourMs + ((number * 7_919) % 1_000) * 1_000,
      received_at: hourMs + number,
      items: Array.from({ length: number % 4 }, (_, position) => ({
        item_id: `é-${position}`,
        ...(number % 2 === 0 ? {} : { price: number / 4 }),
      })),
      params: number % 5 === 0 ? { note: `n° ${number}` } : {},
      ...(number % 2 === 0 ? { country: "FR" } : {}),
    };
    return eventRow(interaction, (id) => `pseudonym of ${id}`);
  });
}

/** Rows of answers by their numbers: each has 0 to 4 items on two shelves. */
export function answerRows(numbers: readonly number[], hourMs: number): LakeRow[] {
  return numbers.flatMap((number) => {
    const shelf = (
      strategy: string,
      length: number,
    ): { strategy: string; items: string[]; scores: number[]; reasons: string[] } => ({
      strategy,
      items: Array.from({ length }, (_, position) => `S${position}`),
      scores: Array.from({ length }, () => number / 8),
      reasons: Array.from({ length }, () => "viewed"),
    });
    return recommendationRows(
      {
        recommendation_id: `answer-${number}`,
        at: hourMs + ((number * 31) % 60) * 1_000,
        shopper: "c:somebody",
        placement: "home",
        model_version: null,
        arm: null,
        degraded: [],
        latency_ms: 1.5,
        shelves: [shelf("similar", number % 3), shelf("popular", 2)],
      },
      (id) => `pseudonym of ${id}`,
    );
  });
}

/** Puts files of events as ledger shards do: one per list of numbers. */
export async function putEvents(
  bucket: R2Bucket,
  hourMs: number,
  files: readonly (readonly number[])[],
  segment = 1,
): Promise<void> {
  for (const [shard, numbers] of files.entries()) {
    const bytes = encodeLakeFile(EVENTS_TABLE, eventRows(numbers, hourMs));
    await putLakeFile(bucket, smallFileKey("events", hourMs, shard, segment), bytes);
  }
}

/** Puts files of answers as the queue's consumer does. */
export async function putAnswers(
  bucket: R2Bucket,
  hourMs: number,
  files: readonly (readonly number[])[],
  name = "b",
): Promise<void> {
  for (const [position, numbers] of files.entries()) {
    const bytes = encodeLakeFile(RECOMMENDATIONS_TABLE, answerRows(numbers, hourMs));
    await putLakeFile(bucket, batchFileKey("recommendations", hourMs, `${name}${position}`), bytes);
  }
}

/** What a reader reads of an hour who follows the rule: a text per row, sorted. */
export async function readRows(bucket: R2Bucket, table: LakeKey["table"], hourMs: number): Promise<string[]> {
  const { listing, marker } = await readHour(bucket, table, hourMs);
  const rows: string[] = [];
  for (const file of filesToRead(listing, marker?.content ?? null)) {
    const object = await bucket.get(hourFolder(table, hourMs) + file);
    if (object === null) throw new Error(`${file} is gone while a reader reads.`);
    for (const row of await readParquetBytes(new Uint8Array(await object.arrayBuffer()))) {
      rows.push(JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
    }
  }
  return rows.sort();
}
