import type { StoredVector, VectorIndex } from "../../domain/models/vector-index.ts";

/** Between two looks at the index: short at first, then longer, since a large index takes its time. */
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 2_000;
/** Stored vectors are 32-bit floats: what comes back may differ from what was sent by this much, relative to 1. */
const VALUE_TOLERANCE = 1e-6;

/** The last write of a series, and one vector of it to look for. */
export interface AwaitedWrite {
  readonly mutationId: string;
  readonly probe: StoredVector;
}

function sameValues(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let place = 0; place < a.length; place++) {
    const expected = b[place] ?? 0;
    if (Math.abs((a[place] ?? 0) - expected) > VALUE_TOLERANCE * Math.max(1, Math.abs(expected))) return false;
  }
  return true;
}

/**
 * Waits until queries can see a write. Mutation ids have no order, so that one which another writer's has already
 * followed cannot be told from one that is still to come: then the vector itself, read back with the values that were
 * written, is the proof.
 * @returns false when it was not visible within `timeoutMilliseconds`
 */
export async function waitUntilVisible(
  index: VectorIndex,
  { mutationId, probe }: AwaitedWrite,
  timeoutMilliseconds: number,
): Promise<boolean> {
  const end = Date.now() + timeoutMilliseconds;
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS)) {
    const { processedUpToMutation } = await index.describe();
    if (String(processedUpToMutation) === mutationId) return true;
    const [stored] = await index.getByIds([probe.id]);
    if (stored !== undefined && sameValues(stored.values, probe.values)) return true;
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
