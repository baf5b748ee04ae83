import type { Interaction } from "../training-data.ts";
import { type InteractionMatrix, matrixOf, type WeightedPlace } from "./interaction-matrix.ts";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** However often something was done with an item, it counts as one whole interaction. */
const STRENGTH_MAX = 1;

/** What makes one row of the matrix, and what its cells hold. */
export interface PastOptions {
  /** All of a user's past as one row, or each visit as one of its own. */
  readonly rowsBy: "user" | "session";
  /** An interaction counts half when it is this much older than the newest; null = age says nothing. */
  readonly halfLifeDays: number | null;
}

function keyOf({ userId, sessionId }: Interaction, rowsBy: PastOptions["rowsBy"]): string {
  return rowsBy === "user" || sessionId === null ? userId : JSON.stringify([userId, sessionId]);
}

/**
 * Interactions as a matrix: each item of a past once, by how much the strongest interaction with it tells and how old it
 * is.
 * @param placeOf of every item that is to have weights; other items are left out
 */
export function pastMatrix(
  interactions: readonly Interaction[],
  placeOf: ReadonlyMap<string, number>,
  { rowsBy, halfLifeDays }: PastOptions,
): InteractionMatrix {
  const newest = interactions.reduce((latest, { at }) => Math.max(latest, at ?? 0), 0);
  const rows = new Map<string, Map<number, number>>();
  for (const interaction of interactions) {
    const place = placeOf.get(interaction.itemId);
    if (place === undefined) continue;
    const days = interaction.at === null ? 0 : (newest - interaction.at) / DAY_MILLISECONDS;
    const age = halfLifeDays === null ? 1 : 2 ** (-days / halfLifeDays);
    const weight = age * Math.min(STRENGTH_MAX, interaction.strength ?? 1);
    const key = keyOf(interaction, rowsBy);
    const row = rows.get(key) ?? new Map<number, number>();
    row.set(place, Math.max(row.get(place) ?? 0, weight));
    rows.set(key, row);
  }
  const packed = [...rows.values()].map((row): WeightedPlace[] =>
    Array.from(row, ([place, weight]) => ({ place, weight })),
  );
  return matrixOf(packed, placeOf.size);
}
