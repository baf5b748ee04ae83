import { parquetMetadataAsync } from "hyparquet";

import { EXPORT_COUNT_ROWS } from "../../../domain/exports/limits.ts";
import type { ExportPart } from "../../../domain/exports/manifest.ts";
import { ledgerName } from "../../../domain/ledger/routing.ts";
import { countCatalogueAsOf } from "../../../platform/d1/versions/count-catalogue.ts";
import type { ExportContext, ExportEnv } from "./context.ts";
import type { TrainingSums } from "./training-rows.ts";

/** What was written, by table. */
export interface WrittenCounts {
  readonly training: number;
  readonly users: number;
  readonly items: number;
  /** Users who were erased, and are still in D1. */
  readonly goneUsers: number;
}

/** An export must not be published; a further attempt would come to the same. */
export class ExportRefusal extends Error {
  override readonly name = "ExportRefusal";
}

/** Sums are of binary fractions, in two orders. */
const QUANTITY_TOLERANCE = 1e-6;

interface LedgerCounts {
  readonly rows: number;
  readonly purchases: number;
  readonly quantity: number;
}

/** What a shard counts as of the export's moment, a slice at a time. */
export async function countShard(env: ExportEnv, shard: number, asOf: number): Promise<LedgerCounts> {
  let total: LedgerCounts = { rows: 0, purchases: 0, quantity: 0 };
  let after: { shopper: string; item_id: string } | null = null;
  do {
    const ledger = env.INTERACTION_LEDGER.getByName(ledgerName(shard));
    const counted: Awaited<ReturnType<typeof ledger.countAsOf>> = await ledger.countAsOf({
      asOf,
      after,
      rows: EXPORT_COUNT_ROWS,
    });
    total = {
      rows: total.rows + counted.rows,
      purchases: total.purchases + counted.purchases,
      quantity: total.quantity + counted.quantity,
    };
    const { next } = counted;
    after = next === null ? null : { shopper: next.shopper, item_id: next.item_id };
  } while (after !== null);
  return total;
}

function expectEqual(what: string, exported: number, counted: number, tolerance = 0): void {
  if (Math.abs(exported - counted) <= tolerance * Math.max(1, Math.abs(counted))) return;
  throw new ExportRefusal(`The export read ${exported} ${what}, but ${counted} are there: nothing is published.`);
}

/**
 * Compares what was written with what ledger and catalogue count by queries of their own.
 * @throws ExportRefusal when they disagree, or when there is nothing to train on
 */
export async function checkCounts(
  { env, asOf }: Pick<ExportContext, "env" | "asOf">,
  written: WrittenCounts,
  sums: TrainingSums,
): Promise<void> {
  if (written.training === 0) {
    throw new ExportRefusal("There is nothing to export: no user had done anything with an item by then.");
  }
  if (written.items === 0) throw new ExportRefusal("There is nothing to export: the catalogue is empty. Run a sync.");
  const shards = await Promise.all(
    Array.from({ length: Number(env.LEDGER_SHARDS) }, (_, shard) => countShard(env, shard, asOf)),
  );
  const sum = (name: keyof LedgerCounts): number => shards.reduce((total, counts) => total + counts[name], 0);
  expectEqual("rows of the ledger", sums.ledgerRows, sum("rows"));
  expectEqual("purchases", sums.purchases, sum("purchases"));
  expectEqual("pieces bought", sums.quantity, sum("quantity"), QUANTITY_TOLERANCE);
  const catalogue = await countCatalogueAsOf(env.DB, asOf);
  expectEqual("users", written.users + written.goneUsers, catalogue.users);
  expectEqual("items", written.items, catalogue.items);
  expectEqual("ratings", sums.ratings, catalogue.ratings);
}

/** Reads the end of each file as it lies in the bucket. @throws ExportRefusal when one is not what was written */
export async function checkFiles(bucket: R2Bucket, id: string, parts: readonly ExportPart[]): Promise<void> {
  for (const { file, rows, bytes } of parts) {
    const key = `${id}/${file}`;
    const head = await bucket.head(key);
    if (head?.size !== bytes)
      throw new ExportRefusal(`${file} is not what was written: it has ${head?.size ?? 0} bytes.`);
    if (!file.endsWith(".parquet")) continue;
    const metadata = await parquetMetadataAsync({
      byteLength: bytes,
      async slice(start, end = bytes) {
        const object = await bucket.get(key, { range: { offset: start, length: end - start } });
        if (object === null) throw new ExportRefusal(`${file} is gone.`);
        return object.arrayBuffer();
      },
    });
    if (Number(metadata.num_rows) !== rows) {
      throw new ExportRefusal(`${file} has ${metadata.num_rows} rows instead of ${rows}.`);
    }
  }
}
