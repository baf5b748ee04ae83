/** A line of CSV with its line end, and where it ends in the file. */
export interface CsvRecord {
  readonly text: string;
  /** False for what follows the last line end: a record that broke off. */
  readonly isWhole: boolean;
  /** Bytes from the file's beginning to the end of this record. */
  readonly end: number;
}

const QUOTE = 0x22;
const LINE_END = 0x0a;

/** The place after the first line end that stands in no quotes, or 0; and whether quotes are open at the end of `bytes`. */
function endOfRecord(
  bytes: Buffer,
  from: number,
  isQuoted: boolean,
): { readonly end: number; readonly isQuoted: boolean } {
  let quoted = isQuoted;
  for (let place = from; place < bytes.length; place++) {
    const byte = bytes[place];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === LINE_END && !quoted) return { end: place + 1, isQuoted: false };
  }
  return { end: 0, isQuoted: quoted };
}

/** The records of a CSV file, one after the other: a list may be larger than what fits into memory. */
export async function* readRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord> {
  let rest: Buffer = Buffer.alloc(0);
  let at = 0;
  let looked = 0;
  let isQuoted = false;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const found = endOfRecord(bytes, looked, isQuoted);
      isQuoted = found.isQuoted;
      if (found.end === 0) break;
      at += found.end;
      yield { text: bytes.toString("utf8", 0, found.end), isWhole: true, end: at };
      bytes = bytes.subarray(found.end);
      looked = 0;
    }
    rest = bytes;
    looked = bytes.length;
  }
  if (rest.length > 0) yield { text: rest.toString("utf8"), isWhole: false, end: at + rest.length };
}
