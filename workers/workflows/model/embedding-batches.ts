import type { EmbeddingRow, EmbeddingsCsvFailure } from "../../../domain/models/embeddings-csv.ts";
import type { Result } from "../../../domain/result.ts";

/** Embeddings that go to the database in one statement, which takes 2 MB: some 1.3 MB at 64 numbers. */
export const WRITTEN_ROWS_MAX = 1_000;
/** Embeddings of which the ids are asked for in one statement: few statements for the largest file that is read. */
export const ASKED_ROWS_MAX = 4_000;

/** Hands readable rows on in batches of `size`, in order, one batch at a time; unreadable ones are skipped. */
export async function inBatches(
  rows: AsyncIterable<Result<EmbeddingRow, EmbeddingsCsvFailure>>,
  size: number,
  handle: (batch: readonly EmbeddingRow[]) => Promise<void>,
): Promise<void> {
  let batch: EmbeddingRow[] = [];
  for await (const row of rows) {
    if (!row.ok) continue;
    batch.push(row.value);
    if (batch.length < size) continue;
    await handle(batch);
    batch = [];
  }
  if (batch.length > 0) await handle(batch);
}
