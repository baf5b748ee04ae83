import { cosineOfItems, type ItemVectors } from "../catalogue/item-vectors.ts";
import type { Candidate } from "./inputs.ts";

/** Candidates considered per place on the shelf when variety is sought. */
const DIVERSITY_POOL_FACTOR = 3;

/** Hears of candidates that were not taken although they came before one that was, or although there was room. */
export interface LeftOutListener {
  /** A rule speaks against it, or it has been taken before. */
  refused(candidate: Candidate): void;
  /** It had to stand back for the sake of variety. */
  tooAlike(candidate: Candidate): void;
}

/** The first `limit` candidates that `allowed` lets through, no place twice. */
export function takeBest(
  candidates: Iterable<Candidate>,
  limit: number,
  allowed: (place: number) => boolean,
  listener: Pick<LeftOutListener, "refused"> | null = null,
): Candidate[] {
  const taken: Candidate[] = [];
  const places = new Set<number>();
  for (const candidate of candidates) {
    if (taken.length >= limit) break;
    if (places.has(candidate.place) || !allowed(candidate.place)) {
      listener?.refused(candidate);
      continue;
    }
    places.add(candidate.place);
    taken.push(candidate);
  }
  return taken;
}

/**
 * Maximal marginal relevance (Carbonell & Goldstein, 1998): takes `limit` of the best candidates one by one, each time
 * the one with the best score after a deduction for likeness to what was taken. The first is always the best.
 * @param diversity 0 (score alone) to 1 (variety alone)
 */
export function takeVaried(
  candidates: Iterable<Candidate>,
  limit: number,
  allowed: (place: number) => boolean,
  vectors: ItemVectors,
  diversity: number,
  listener: LeftOutListener | null = null,
): Candidate[] {
  const refused: Candidate[] = [];
  const collector = listener === null ? null : { refused: (candidate: Candidate) => void refused.push(candidate) };
  const pool = takeBest(candidates, limit * DIVERSITY_POOL_FACTOR, allowed, collector);
  const taken = vary(pool, limit, vectors, diversity);
  if (listener !== null) {
    const least = taken.length < limit ? -Infinity : Math.min(...taken.map(({ score }) => score));
    for (const candidate of refused) if (candidate.score >= least) listener.refused(candidate);
    for (const candidate of pool) {
      if (candidate.score > least && !taken.includes(candidate)) listener.tooAlike(candidate);
    }
  }
  return taken;
}

function vary(pool: readonly Candidate[], limit: number, vectors: ItemVectors, diversity: number): Candidate[] {
  const best = pool[0];
  const worst = pool.at(-1);
  if (best === undefined || worst === undefined || pool.length <= 1) return pool.slice(0, limit);
  const range = best.score - worst.score || 1;
  const likeness = new Float32Array(pool.length);
  const taken: Candidate[] = [];
  const isTaken = new Uint8Array(pool.length);
  while (taken.length < Math.min(limit, pool.length)) {
    let chosen = -1;
    let highest = -Infinity;
    for (let position = 0; position < pool.length; position++) {
      if (isTaken[position] === 1) continue;
      const relevance = ((pool[position]?.score ?? 0) - worst.score) / range;
      const value = (1 - diversity) * relevance - diversity * (likeness[position] ?? 0);
      if (value > highest) [highest, chosen] = [value, position];
    }
    const candidate = pool[chosen];
    if (candidate === undefined) break;
    isTaken[chosen] = 1;
    taken.push(candidate);
    for (let position = 0; position < pool.length; position++) {
      const other = pool[position];
      if (isTaken[position] === 1 || other === undefined) continue;
      likeness[position] = Math.max(likeness[position] ?? 0, cosineOfItems(vectors, candidate.place, other.place));
    }
  }
  return taken;
}
