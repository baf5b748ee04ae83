import { eventNeeds, knownEventNames } from "../../domain/events/event-names.ts";
import type { FileTable, LakeColumn } from "../../domain/lake/lake-table.ts";

function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function columnRow(column: LakeColumn, prefix: string): string[] {
  const type = column.type === "items" ? "list of structs" : column.type;
  const nullable = column.nullable ? "yes" : "";
  return [`\`${prefix}${column.name}\``, type, nullable, column.unit ?? "", column.meaning];
}

/** A table's columns as Markdown, those of its lists among them. */
export function columnsText(table: FileTable): string {
  const rows = table.columns.flatMap((column) => [
    columnRow(column, ""),
    ...(column.type === "items" ? column.fields.map((field) => columnRow(field, `${column.name}[].`)) : []),
  ]);
  return tableText(["column", "type", "null", "unit", "meaning"], rows);
}

const ITEMS_TEXT = {
  required: "at least one",
  priced: "at least one, each with `price` and `quantity`",
  optional: "may be there",
} as const;

/** The names that every shop may send, and what each needs in `params`, as Markdown. */
export function eventNamesText(): string {
  const rows = knownEventNames({}).map((name) => {
    const needs = eventNeeds(name, {});
    if (needs === undefined) throw new Error(`${name} is known, but not what it needs.`);
    const others = [...needs.texts.map((text) => `\`${text}\``), ...(needs.rating ? ["`rating` (1–5)"] : [])];
    return [`\`${name}\``, ITEMS_TEXT[needs.items], others.join(", ")];
  });
  return tableText(["name", "`items`", "also needs"], rows);
}
