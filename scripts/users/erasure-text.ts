import { formatTable } from "../terminal/table.ts";
import type { ErasureAnswer } from "./erasure-answer.ts";

const COLUMNS = [{ title: "WHERE" }, { title: "WHAT" }, { title: "REMOVED", right: true }];

function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** What was removed where, as a table; places where nothing was are left out. */
export function removedTable({ removed }: ErasureAnswer): string[] {
  const rows = Object.entries(removed).flatMap(([where, what]) => {
    const counts = typeof what === "number" ? { [where]: what } : what;
    return Object.entries(counts).flatMap(([name, count]) =>
      count === 0 ? [] : [[words(where), words(name), String(count)]],
    );
  });
  return rows.length === 0 ? ["Nothing was kept of this user."] : formatTable(COLUMNS, rows);
}

/** What an erasure is at, in a few words. */
export function phaseText({ phase, waiting_until: until }: ErasureAnswer): string {
  return until === null ? phase : `the newest hours of the lake follow at ${until}`;
}
