import type { EmbeddingRow, EmbeddingsCsvFailure } from "../../../domain/models/embeddings-csv.ts";
import type { Result } from "../../../domain/result.ts";

/** Rows that go to the database in one statement: some 700 KB at 64 numbers. */
const BATCH_ROWS = 500;

/** Hands readable rows on in batches, in order, one batch at a time; unreadable ones are skipped. */
export async function inBatches(
  rows: AsyncIterable<Result<EmbeddingRow, EmbeddingsCsvFailure>>,
  handle: (batch: readonly EmbeddingRow[]) => Promise<void>,
): Promise<void> {
  let batch: EmbeddingRow[] = [];
  for await (const row of rows) {
    if (!row.ok) continue;
    batch.push(row.value);
    if (batch.length < BATCH_ROWS) continue;
    await handle(batch);
    batch = [];
  }
  if (batch.length > 0) await handle(batch);
}
