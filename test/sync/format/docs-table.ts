import type { DriftEffect } from "../../../domain/sync/drift.ts";
import type { FormatChange } from "./changes.ts";

const EFFECTS: Readonly<Record<DriftEffect, string>> = {
  goes_on: "goes on",
  sets_rows_aside: "goes on; rows that no longer fit are set aside",
  pauses_entity: "pauses the entity, reads the others",
};
const EFFECT_ORDER: readonly DriftEffect[] = ["goes_on", "sets_rows_aside", "pauses_entity"];

function syncOf(change: FormatChange): string {
  const worst = EFFECT_ORDER.findLast((effect) => change.drift.some((found) => found.effect === effect)) ?? "goes_on";
  const rows = change.writesNothing === true ? "; no row is written" : "";
  const aside = Object.entries(change.setAside ?? {}).map(([reason, count]) => ` (${count} × \`${reason}\`)`);
  return `${EFFECTS[worst]}${aside.join("")}${rows}`;
}

function catalogueOf({ features }: FormatChange): string {
  const lines = Object.entries(features ?? {}).map(([name, state]) => `\`${name}\` ${state}`);
  return lines.length === 0 ? "as before" : lines.join(", ");
}

function exportOf({ exported = {}, columns = [], paused }: FormatChange): string {
  const changed = new Set(columns.flatMap(({ before, after }) => [before, after]));
  const typed = (name: string | null): string => {
    const type = exported[name ?? ""];
    return `\`${name}\`${type === null || type === undefined ? "" : ` (${type})`}`;
  };
  const changes = columns.map(({ change, before, after }) => {
    if (change === "added") return `new: ${typed(after)}`;
    return change === "removed" ? `no \`${before}\`` : `\`${before}\` is now ${typed(after)}`;
  });
  const others = Object.entries(exported)
    .filter(([name]) => !changed.has(name))
    .map(([name, type]) => (type === null ? `no \`${name}\`` : typed(name)));
  const last = paused === undefined ? [] : [`${paused.join(", ")} as last read`];
  return [...changes, ...others, ...last].join(", ") || "as before";
}

function toldOf({ drift, told }: FormatChange): string {
  const kinds = [...(drift.length === 0 ? [] : ["schema_change"]), ...(told ?? [])];
  return kinds.map((kind) => `\`${kind}\``).join(", ");
}

/** The table of docs/sync.md, from what the tests check. */
export function formatChangesTable(changes: readonly FormatChange[]): string {
  const rows = changes.map((change) => [
    change.name,
    change.drift.map(({ kind }) => `\`${kind}\``).join(", "),
    syncOf(change),
    catalogueOf(change),
    exportOf(change),
    toldOf(change),
  ]);
  const head = ["change", "noted as", "the sync", "feature catalogue", "next export", "told, once"];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
