const KIBIBYTES_PER_MEBIBYTE = 1_024;

/** What workerd is told so that it logs every collection: one line with the heap's size, then lines with what it holds. */
export const HEAP_LOG_FLAGS = ["--trace-gc", "--trace-gc-verbose"];

const COLLECTION = /^\[\d+:(0x[0-9a-f]+)\] +\d+ ms: (Mark-Compact|Scavenge)[^0-9]*([\d.]+) \([\d.]+\) -> ([\d.]+) /;
const BUFFERS = /^\[\d+:(0x[0-9a-f]+)\] Backing store memory: +(\d+) KB/;

/** The most that an isolate held, in MiB. */
export interface HeapPeaks {
  /** Objects of JavaScript right before a collection: garbage is part of it. */
  readonly heap: number;
  /** The same right after one that looks at the whole heap: what is alive. */
  readonly alive: number;
  /** Contents of array buffers, those among them that are about to be freed. */
  readonly buffers: number;
  /** Objects and array buffers at one time. */
  readonly total: number;
}

interface Peaks {
  heap: number;
  alive: number;
  buffers: number;
  total: number;
  /** The heap before the collection that is being told of. */
  now: number;
}

/** Reads V8's log of collections, of all isolates of a process. */
export class HeapLog {
  readonly #isolates = new Map<string, Peaks>();

  /** Takes a line of what the process prints; others than those of the log are nothing to it. */
  line(text: string): void {
    const collection = COLLECTION.exec(text);
    if (collection !== null) {
      const [, isolate = "", kind, before, after] = collection;
      const peaks = this.#of(isolate);
      peaks.now = Number(before);
      peaks.heap = Math.max(peaks.heap, peaks.now);
      if (kind === "Mark-Compact") peaks.alive = Math.max(peaks.alive, Number(after));
      return;
    }
    const [, isolate = "", kibibytes] = BUFFERS.exec(text) ?? [];
    if (kibibytes === undefined) return;
    const peaks = this.#of(isolate);
    const buffers = Number(kibibytes) / KIBIBYTES_PER_MEBIBYTE;
    peaks.buffers = Math.max(peaks.buffers, buffers);
    peaks.total = Math.max(peaks.total, peaks.now + buffers);
  }

  /** Of the isolate that held most: the Worker's, which the ledger's objects share. @throws Error for an empty log */
  largest(): HeapPeaks {
    const [largest] = [...this.#isolates.values()].sort((one, other) => other.total - one.total);
    if (largest === undefined) throw new Error("The runtime logged no collection.");
    const { heap, alive, buffers, total } = largest;
    return { heap: Math.round(heap), alive: Math.round(alive), buffers: Math.round(buffers), total: Math.round(total) };
  }

  #of(isolate: string): Peaks {
    const known = this.#isolates.get(isolate) ?? { heap: 0, alive: 0, buffers: 0, total: 0, now: 0 };
    this.#isolates.set(isolate, known);
    return known;
  }
}
