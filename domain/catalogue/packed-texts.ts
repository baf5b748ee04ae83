const CAPACITY_AT_START_BYTES = 4 * 1024;
/** A UTF-16 unit takes no more bytes than this in UTF-8. */
const UNIT_MAX_BYTES = 3;

const encoder = new TextEncoder();

/** Texts one after the other in UTF-8, added one by one; only the bytes are kept. */
export class PackedTexts {
  #buffer = new Uint8Array(CAPACITY_AT_START_BYTES);
  #length = 0;
  readonly #byteLengths: number[] = [];
  readonly #unitLengths: number[] = [];

  /** Adds a text behind the others. */
  add(text: string): void {
    const needed = this.#length + text.length * UNIT_MAX_BYTES;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    const { written } = encoder.encodeInto(text, this.#buffer.subarray(this.#length));
    this.#length += written;
    this.#byteLengths.push(written);
    this.#unitLengths.push(text.length);
  }

  /** All texts as UTF-8, without a copy: valid until the next one is added. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Where each text starts among the bytes, and where the last one ends: one more than there are texts. */
  byteStarts(): Uint32Array {
    return starts(this.#byteLengths);
  }

  /** The same in UTF-16 units of the decoded texts. */
  unitStarts(): Uint32Array {
    return starts(this.#unitLengths);
  }
}

function starts(lengths: readonly number[]): Uint32Array {
  const result = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, position) => (result[position + 1] = (result[position] ?? 0) + length));
  return result;
}
