import { z } from "zod";

import { err, ok, type Result } from "../result.ts";

/** A row of `item_embeddings.csv` or `user_embeddings.csv`. */
export interface EmbeddingRow {
  readonly id: string;
  readonly embedding: Float32Array;
}

/** What is wrong with one line; the first line has the number 1. */
export interface EmbeddingsCsvFailure {
  readonly kind: "embeddings_csv_invalid";
  readonly line: number;
  readonly message: string;
}

export const EMBEDDINGS_CSV_HEADER = "id,embedding";
/** 1,536 numbers of 20 characters are 32,000: a line that is longer than this is not one of ours. */
export const EMBEDDINGS_CSV_LINE_MAX_CHARACTERS = 256 * 1024;

const embeddingSchema = z.array(z.number()).min(1);

/** Splits `id,"[…]"` at the comma after the id, which may be quoted with `""` for a quote. */
function splitLine(line: string): { id: string; embedding: string } | undefined {
  const match = /^(?:"((?:[^"]|"")*)"|([^",]*)),(.*)$/.exec(line);
  if (match === null) return undefined;
  const id = match[1]?.replaceAll('""', '"') ?? match[2] ?? "";
  const rest = (match[3] ?? "").trim();
  return { id, embedding: rest.startsWith('"') && rest.endsWith('"') ? rest.slice(1, -1) : rest };
}

function parseLine(line: string): Result<EmbeddingRow, { kind: "unreadable"; message: string }> {
  const unreadable = (message: string): ReturnType<typeof parseLine> => err({ kind: "unreadable", message });
  const parts = splitLine(line);
  if (parts === undefined) return unreadable('expected an id, a comma and the embedding as "[0.1, 0.2, …]"');
  if (parts.id === "") return unreadable("the id is empty");
  try {
    const numbers = embeddingSchema.safeParse(JSON.parse(parts.embedding));
    const embedding = Float32Array.from(numbers.data ?? [NaN]);
    if (numbers.success && embedding.every(Number.isFinite)) return ok({ id: parts.id, embedding });
  } catch {
    // Not JSON: the same message as for JSON that is not a list of numbers.
  }
  return unreadable(`the embedding of "${parts.id}" is not a list of finite numbers such as "[0.1, 0.2]"`);
}

/** The lines of a text that comes in chunks, without their ends. A line that is too long is cut: it fails as a row. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = (lines.pop() ?? "").slice(0, EMBEDDINGS_CSV_LINE_MAX_CHARACTERS);
    yield* lines;
  }
  yield rest;
}

/**
 * Reads embeddings in the form in which data scientists write them: a header `id,embedding`, then one line a row with
 * the embedding in brackets, quoted. Memory is bounded by one line.
 * @param chunks the file's text, cut anywhere
 * @returns each row, or what is wrong with its line; a wrong header ends the reading. All rows have the length of the first
 */
export async function* parseEmbeddingsCsv(
  chunks: AsyncIterable<string>,
): AsyncGenerator<Result<EmbeddingRow, EmbeddingsCsvFailure>> {
  let number = 0;
  let dimension: number | undefined;
  for await (const raw of linesOf(chunks)) {
    number++;
    const failure = (message: string): Result<never, EmbeddingsCsvFailure> =>
      err({ kind: "embeddings_csv_invalid", line: number, message });
    const line = raw.replace(/^\uFEFF/, "").trim();
    if (number === 1) {
      if (line.replaceAll('"', "").replaceAll(" ", "").toLowerCase() === EMBEDDINGS_CSV_HEADER) continue;
      yield failure(`the header must be "${EMBEDDINGS_CSV_HEADER}"`);
      return;
    }
    if (line === "") continue;
    const parsed = parseLine(line);
    if (!parsed.ok) {
      yield failure(parsed.error.message);
      continue;
    }
    dimension ??= parsed.value.embedding.length;
    if (parsed.value.embedding.length === dimension) yield parsed;
    else
      yield failure(
        `the embedding of "${parsed.value.id}" has ${parsed.value.embedding.length} numbers, those before it ${dimension}`,
      );
  }
}

/** Writes one row, with its line end; begin a file with {@link EMBEDDINGS_CSV_HEADER} and a line end. */
export function embeddingCsvLine(id: string, embedding: ArrayLike<number>): string {
  const quotedId = /[",\n]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id;
  return `${quotedId},"[${Array.from(embedding).join(", ")}]"\n`;
}
