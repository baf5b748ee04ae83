/** More differing letters than this and a suggestion would puzzle rather than help. */
const DISTANCE_MAX = 2;

/** Levenshtein distance: the fewest insertions, deletions and replacements that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The one of `names` that was probably meant by an abbreviated or mistyped `name`, or null when none is near. */
export function nearestName(name: string, names: readonly string[]): string | null {
  const longer = names.find((candidate) => candidate.startsWith(name));
  if (longer !== undefined) return longer;
  const ranked = names
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= DISTANCE_MAX ? best.candidate : null;
}
