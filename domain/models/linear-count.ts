import { hash32 } from "../hash.ts";

/** Bits of a sketch: half a kilobyte, and within a few per cent up to some ten thousand distinct texts. */
export const SKETCH_BITS = 4_096;
const WORD_BITS = 32;

/** A set of texts of which only the size is of interest. Two of them are united by OR, so that hours and isolates add up. */
export type Sketch = Uint32Array;

/** The sketch of nothing. */
export function emptySketch(): Sketch {
  return new Uint32Array(SKETCH_BITS / WORD_BITS);
}

/** Puts a text into the sketch. */
export function addToSketch(sketch: Sketch, text: string): void {
  const bit = hash32(text) % SKETCH_BITS;
  const word = Math.floor(bit / WORD_BITS);
  sketch[word] = (sketch[word] ?? 0) | (1 << (bit % WORD_BITS));
}

/** The sketch of what is in either. */
export function uniteSketches(one: ArrayLike<number>, other: ArrayLike<number>): Sketch {
  return Uint32Array.from(emptySketch(), (_, word) => (one[word] ?? 0) | (other[word] ?? 0));
}

function bitsSet(word: number): number {
  let rest = word;
  let bits = 0;
  while (rest !== 0) {
    rest &= rest - 1;
    bits++;
  }
  return bits;
}

/**
 * About how many distinct texts were put in, by linear counting (Whang, Vander-Zanden & Taylor, 1990). A full sketch
 * says the most that it can tell.
 */
export function countOfSketch(sketch: ArrayLike<number>): number {
  let zeros = SKETCH_BITS;
  for (let word = 0; word < sketch.length; word++) zeros -= bitsSet(sketch[word] ?? 0);
  return Math.round(SKETCH_BITS * Math.log(SKETCH_BITS / Math.max(1, zeros)));
}
