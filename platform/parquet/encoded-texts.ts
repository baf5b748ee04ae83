import type { Statistics } from "hyparquet";

import type { ParquetLakeCell } from "./lake-cells.ts";

/** So many cells, spread over a column, tell whether its texts repeat; as many as the library looks at. */
const SAMPLE_CELLS_MAX = 1_000;
/** The library makes no dictionary where more of the sample's bytes than this are of texts that it has not seen. */
const DISTINCT_SHARE_MIN = 0.9;
/** Parquet keeps a text's length before it. */
const LENGTH_BYTES = 4;
/** Texts that are encoded together. */
const CHUNK_CELLS = 4_096;

const encoder = new TextEncoder();

/** True where the library will write each text out, rather than a dictionary and places in it. */
function isWrittenOut(cells: readonly ParquetLakeCell[]): boolean {
  const count = Math.min(cells.length, SAMPLE_CELLS_MAX);
  const seen = new Set<ParquetLakeCell>();
  let [all, distinct] = [0, 0];
  for (let sample = 0; sample < count; sample++) {
    const cell = cells[count === 1 ? 0 : Math.floor((sample * (cells.length - 1)) / (count - 1))];
    if (typeof cell !== "string") continue;
    all += cell.length + LENGTH_BYTES;
    if (!seen.has(cell)) distinct += cell.length + LENGTH_BYTES;
    seen.add(cell);
  }
  return distinct > all * DISTINCT_SHARE_MIN;
}

/**
 * Texts of a column as bytes, where that saves the library from encoding each by itself, which takes longer than all
 * that it does with them else: they are encoded many at a time. Only texts of ASCII, since the library reckons with
 * lengths in characters for texts and in bytes for bytes: so the file is the same, byte for byte.
 * @returns `cells` as they are where it would save nothing
 */
export function encodedTexts(cells: ParquetLakeCell[]): (ParquetLakeCell | Uint8Array)[] {
  if (!isWrittenOut(cells)) return cells;
  const encoded: (ParquetLakeCell | Uint8Array)[] = [];
  for (let first = 0; first < cells.length; first += CHUNK_CELLS) {
    const chunk = cells.slice(first, first + CHUNK_CELLS);
    if (!chunk.every((cell) => typeof cell === "string" || cell === null)) return cells;
    // Null is nothing to join().
    const text = chunk.join("");
    const bytes = encoder.encode(text);
    if (bytes.byteLength !== text.length) return cells;
    let at = bytes.byteOffset;
    for (const cell of chunk) {
      if (typeof cell === "string") {
        encoded.push(new Uint8Array(bytes.buffer, at, cell.length));
        at += cell.length;
      } else {
        encoded.push(cell);
      }
    }
  }
  return encoded;
}

/** Makes bounds that are parts of a larger buffer buffers of their own: they stay until the end of the file. */
export function detachBounds(statistics: Statistics | undefined): void {
  if (statistics?.min_value instanceof Uint8Array) statistics.min_value = statistics.min_value.slice();
  if (statistics?.max_value instanceof Uint8Array) statistics.max_value = statistics.max_value.slice();
}
