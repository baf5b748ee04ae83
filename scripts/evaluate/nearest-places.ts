import type { RankedItems } from "../../domain/catalogue/catalogue.ts";

/** The `count` embeddings with the largest dot product, best first: an exact search. Nulls are not found. */
export function nearestPlaces(
  embeddings: readonly (Float32Array | null)[],
  wanted: ArrayLike<number>,
  count: number,
): RankedItems {
  const nearest: { place: number; score: number }[] = [];
  embeddings.forEach((embedding, place) => {
    if (embedding === null) return;
    let score = 0;
    for (let column = 0; column < embedding.length; column++) score += (wanted[column] ?? 0) * (embedding[column] ?? 0);
    nearest.push({ place, score });
  });
  nearest.sort((a, b) => b.score - a.score || a.place - b.place).splice(count);
  return {
    items: Uint32Array.from(nearest, ({ place }) => place),
    scores: Float32Array.from(nearest, ({ score }) => score),
  };
}
