import { EmbeddingTable } from "../../../../domain/models/embedding-table.ts";
import type { EmbeddingRow } from "../../../../domain/models/embeddings-csv.ts";
import { EMBEDDINGS_MAX_ROWS, type ModelManifest } from "../../../../domain/models/manifest.ts";
import type { RuntimeEnv } from "../../../../platform/env.ts";
import { readEmbeddings } from "../../../../platform/r2/model-store.ts";
import type { Findings } from "../findings.ts";

/**
 * Reads embeddings by id and names every row that is wrong.
 * @param take gets each good row; returns false for an id that it has had
 */
async function readRows(
  env: RuntimeEnv,
  { version, dimension }: ModelManifest,
  file: string,
  findings: Findings,
  take: (row: EmbeddingRow) => boolean,
): Promise<void> {
  const rows = await readEmbeddings(env.MODELS, version, file);
  if (rows === null) return;
  let taken = 0;
  let lengths = 0;
  for await (const row of rows) {
    if (!row.ok) findings.problemOf(`the rows of ${file}`, `${file}, line ${row.error.line}: ${row.error.message}.`);
    else if (row.value.embedding.length !== dimension) {
      // All rows have the length of the first: once is enough.
      if (lengths++ === 0)
        findings.problem(
          `${file} has embeddings of ${row.value.embedding.length} numbers, the manifest says ${dimension}.`,
        );
    } else if (taken === EMBEDDINGS_MAX_ROWS) {
      findings.problem(`${file} has more than ${EMBEDDINGS_MAX_ROWS} rows: use a tower instead.`);
      return;
    } else if (take(row.value)) taken++;
    else findings.problemOf(`the ids of ${file}`, `${file}: "${row.value.id}" is there twice.`);
  }
  if (taken === 0 && lengths === 0) findings.problem(`${file} has no usable row.`);
}

/** Reads the embeddings of items; null when the folder has none. */
export async function readItemTable(
  env: RuntimeEnv,
  manifest: ModelManifest,
  file: string,
  findings: Findings,
): Promise<EmbeddingTable> {
  const table = new EmbeddingTable(manifest.dimension);
  await readRows(env, manifest, file, findings, ({ id, embedding }) => table.add(id, embedding));
  return table;
}

/** What is kept of the users' embeddings while a model is checked. */
export interface ReadUsers {
  readonly ids: ReadonlySet<string>;
  /** The first few, to rank for. */
  readonly samples: readonly EmbeddingRow[];
}

/** Reads the embeddings of users, of which only the ids and a few samples are kept. */
export async function readUsers(
  env: RuntimeEnv,
  manifest: ModelManifest,
  file: string,
  samplesMax: number,
  findings: Findings,
): Promise<ReadUsers> {
  const ids = new Set<string>();
  const samples: EmbeddingRow[] = [];
  await readRows(env, manifest, file, findings, (row) => {
    if (ids.has(row.id)) return false;
    ids.add(row.id);
    if (samples.length < samplesMax) samples.push(row);
    return true;
  });
  return { ids, samples };
}
