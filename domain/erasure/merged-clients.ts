/** The anonymous clients that a user's session has taken over, each once, from what it remembers of them (`merged`). */
export function clientsOfMerged(merged: readonly string[]): string[] {
  // `<client id>#<generation>`: no client id holds a `#`.
  return [...new Set(merged.map((key) => key.slice(0, key.lastIndexOf("#"))))];
}
