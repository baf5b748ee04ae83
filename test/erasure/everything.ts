import { readParquetBytes } from "../../platform/parquet/read-parquet.ts";
import { dataSecret, sealerOf } from "../../platform/quarantine/seal.ts";
import type { TestRuntime } from "../support/runtime.ts";

/** Where something is kept, and what, as text: an object of a bucket, a table of D1, a table of an object's storage. */
export type Kept = ReadonlyMap<string, string>;

const BUCKETS = ["RUNTIME", "LAKE", "EXPORTS", "MODELS"] as const;
const OBJECTS = ["SHOPPER_SESSION", "INTERACTION_LEDGER"] as const;
/** Tables of SQLite, of migrations and of the local runtime, which keeps each object's own name. */
const NOT_OURS =
  "name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name NOT GLOB '__miniflare*' AND name NOT GLOB 'd1_*'";

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one));
}

/** Lines with their sealed originals, opened. */
async function opened(runtime: TestRuntime, text: string): Promise<string> {
  const sealer = await sealerOf(dataSecret(runtime.env));
  const lines = text.split("\n").filter((line) => line !== "");
  const originals = await Promise.all(
    lines.map(async (line) => {
      const { sealed } = JSON.parse(line) as { sealed: string | null };
      return sealed === null ? "" : sealer.unseal(sealed);
    }),
  );
  return [...lines, ...originals].join("\n");
}

async function objectText(runtime: TestRuntime, key: string, bytes: Uint8Array): Promise<string> {
  if (key.endsWith(".parquet")) return textOf(await readParquetBytes(bytes));
  const text = Buffer.from(bytes).toString();
  return key.endsWith(".jsonl") ? opened(runtime, text) : text;
}

async function bucketsOf(runtime: TestRuntime, kept: Map<string, string>): Promise<void> {
  for (const name of BUCKETS) {
    let cursor: string | undefined;
    do {
      const page: R2Objects = await runtime.env[name].list(cursor === undefined ? {} : { cursor });
      for (const { key } of page.objects) {
        const bytes = new Uint8Array((await (await runtime.env[name].get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));
        kept.set(`${name} ${key}`, `${key}\n${await objectText(runtime, key, bytes)}`);
      }
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
  }
}

async function tablesOf(
  kept: Map<string, string>,
  place: string,
  query: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<void> {
  for (const { name } of await query(`SELECT name FROM sqlite_master WHERE type = 'table' AND ${NOT_OURS}`)) {
    kept.set(`${place} ${String(name)}`, textOf(await query(`SELECT * FROM "${String(name)}"`)));
  }
}

/** Everything that the runtime keeps, as text: Parquet decoded, sealed originals opened. */
export async function everythingKept(runtime: TestRuntime): Promise<Kept> {
  const kept = new Map<string, string>();
  await bucketsOf(runtime, kept);
  await tablesOf(kept, "D1", async (sql) => (await runtime.env.DB.prepare(sql).all()).results);
  const worker = runtime.harness.getWorker<Env>();
  for (const binding of OBJECTS) {
    for (const id of await worker.listDurableObjectIds(binding)) {
      const storage = await worker.getDurableObjectStorage(binding, { id });
      await tablesOf(kept, `${binding} ${id}`, (sql) => storage.exec(sql));
    }
  }
  return kept;
}

/** The places that hold one of these texts. */
export function placesWith(kept: Kept, texts: readonly string[]): string[] {
  return [...kept].filter(([, text]) => texts.some((one) => text.includes(one))).map(([place]) => place);
}
