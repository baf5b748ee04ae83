/**
 * Works on every item, a few at once, in their order. When one fails the others are told by the signal, waited for, and
 * the first failure is thrown: nothing goes on behind the caller's back.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const failures: unknown[] = [];
  const waiting = items.values();
  const takeOn = async (): Promise<void> => {
    try {
      // One iterator for all: each item is taken once.
      for (const item of waiting) {
        if (stop.signal.aborted) return;
        await work(item, stop.signal);
      }
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, takeOn));
  if (failures.length > 0) throw failures[0];
}
