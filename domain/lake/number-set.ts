const CAPACITY_FIRST = 1_024;
/** Open addressing slows down when more than this share of its slots is taken. */
const LOAD_MAX = 0.7;
const LARGEST_32_BIT_PRIME = 4_294_967_291;
/** No hash: zero is stored beside the slots. */
const FREE = 0;

/**
 * A set of whole numbers up to 2⁵³ at 8 bytes a slot: JavaScript's own takes five times as much, which decides how
 * many ids an isolate can hold.
 */
export class NumberSet {
  #slots = new Float64Array(CAPACITY_FIRST);
  #size = 0;
  #hasZero = false;

  get size(): number {
    return this.#size + (this.#hasZero ? 1 : 0);
  }

  /** Adds a number. @returns false when it was there already */
  add(value: number): boolean {
    if (value === FREE) {
      const isNew = !this.#hasZero;
      this.#hasZero = true;
      return isNew;
    }
    if (this.#size >= this.#slots.length * LOAD_MAX) this.#grow();
    const slot = this.#slotOf(value);
    if (this.#slots[slot] === value) return false;
    this.#slots[slot] = value;
    this.#size++;
    return true;
  }

  has(value: number): boolean {
    return value === FREE ? this.#hasZero : this.#slots[this.#slotOf(value)] === value;
  }

  /** Where the value is, or would be. The slots are a power of two. */
  #slotOf(value: number): number {
    const mask = this.#slots.length - 1;
    // Spread over the slots, whatever the numbers have in common (MurmurHash3's way).
    const folded = value % LARGEST_32_BIT_PRIME;
    const mixed = Math.imul(folded ^ (folded >>> 15), 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 13)) & mask;
    while (this.#slots[slot] !== FREE && this.#slots[slot] !== value) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (const value of old) if (value !== FREE) this.#slots[this.#slotOf(value)] = value;
  }
}
