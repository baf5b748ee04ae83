import type { ColumnDescription, TableDescription } from "./replica.ts";
import type { Entity } from "./run.ts";
import type { TableNeed } from "./source-schema.ts";

/** What the sync does about a change of format. */
export type DriftEffect = "goes_on" | "sets_rows_aside" | "pauses_entity";

export type DriftKind =
  | "table_missing"
  | "table_returned"
  | "column_added"
  | "column_dropped"
  | "column_renamed"
  | "column_retyped"
  | "column_widened"
  | "column_narrowed"
  | "column_nullable"
  | "column_not_null"
  | "default_changed"
  | "enum_changed"
  | "character_set_changed"
  | "key_changed";

/** One change of the source's format, as a run noticed it. */
export interface SchemaChange {
  readonly entity: Entity;
  readonly table: string;
  readonly column: string | null;
  readonly kind: DriftKind;
  readonly before: string | null;
  readonly after: string | null;
  readonly effect: DriftEffect;
  /** One sentence: what changed, and what the sync does about it. */
  readonly message: string;
  readonly announcementId: string | null;
}

/** A change before it is known whether somebody announced it. */
export type FoundChange = Omit<SchemaChange, "announcementId">;

/** What drift needs to know of how a table is used. */
export interface TableUse {
  readonly need: TableNeed;
  /** Earlier names: new name → old name. */
  readonly renamed: Readonly<Record<string, { readonly was: string }>>;
}

function lengthsOf(declared: string): number[] {
  return [...declared.matchAll(/\d+/g)].map((match) => Number(match[0]));
}

const WIDTHS = ["tinyint", "smallint", "int2", "mediumint", "int", "integer", "int4", "bigint", "int8"];

/** Whether a type of the same kind holds more, less, or something else than before. */
function widthChange(before: ColumnDescription, after: ColumnDescription): "column_widened" | "column_narrowed" {
  if (before.type !== after.type) {
    const [from, to] = [WIDTHS.indexOf(before.type), WIDTHS.indexOf(after.type)];
    if (from >= 0 && to >= 0) return to > from ? "column_widened" : "column_narrowed";
    // text has no length, varchar has: what lost its bound is wider.
    if (before.length !== null && after.length === null) return "column_widened";
    if (before.length === null && after.length !== null) return "column_narrowed";
  }
  const [from, to] = [lengthsOf(before.declared), lengthsOf(after.declared)];
  return to.every((length, place) => length >= (from[place] ?? 0)) ? "column_widened" : "column_narrowed";
}

const WORDS: Readonly<Record<DriftEffect, string>> = {
  goes_on: "The sync goes on",
  sets_rows_aside: "The sync goes on; rows that no longer fit are set aside",
  pauses_entity: "It is not read until that is mended",
};

interface Change {
  readonly column: string | null;
  readonly kind: DriftKind;
  readonly before: string | null;
  readonly after: string | null;
  readonly effect: DriftEffect;
  readonly what: string;
}

function columnChanges(use: TableUse, before: ColumnDescription, after: ColumnDescription): Change[] {
  const { name: column } = after;
  const isKey = use.need.keys.includes(column);
  const isRequired = use.need.required.includes(column);
  const changes: Change[] = [];
  const add = (kind: DriftKind, from: string | null, to: string | null, effect: DriftEffect, what: string): void => {
    changes.push({ column, kind, before: from, after: to, effect, what });
  };
  if (before.kind !== after.kind) {
    const unusable = after.kind === "binary" || (isKey && !["text", "number", "uuid"].includes(after.kind));
    let effect: DriftEffect = isRequired ? "sets_rows_aside" : "goes_on";
    if (unusable) effect = isRequired ? "pauses_entity" : "goes_on";
    add(
      "column_retyped",
      before.declared,
      after.declared,
      effect,
      `is ${after.declared} instead of ${before.declared}`,
    );
  } else if (before.declared.startsWith("enum(") && after.declared.startsWith("enum(")) {
    if (before.declared !== after.declared) {
      add("enum_changed", before.declared, after.declared, "goes_on", `may hold ${after.declared} now`);
    }
  } else if (before.declared !== after.declared) {
    const kind = widthChange(before, after);
    add(kind, before.declared, after.declared, "goes_on", `is ${after.declared} instead of ${before.declared}`);
  }
  if (before.nullable !== after.nullable) {
    const effect = after.nullable && isRequired ? "sets_rows_aside" : "goes_on";
    const word = (nullable: boolean): string => (nullable ? "NULL" : "NOT NULL");
    const kind = after.nullable ? "column_nullable" : "column_not_null";
    add(kind, word(before.nullable), word(after.nullable), effect, `is ${word(after.nullable)} now`);
  }
  if (before.default !== after.default) {
    add("default_changed", before.default, after.default, "goes_on", `has the default ${after.default ?? "none"} now`);
  }
  if (before.kind === after.kind && before.characterSet !== after.characterSet) {
    const what = `is written in ${after.characterSet ?? "the table's character set"} now`;
    add("character_set_changed", before.characterSet, after.characterSet, "goes_on", what);
  }
  return changes;
}

function addedChange(use: TableUse, column: ColumnDescription): Change {
  const uses: Partial<Record<Entity, string>> = { items: "becomes a feature", users: "is proposed as a feature" };
  const own = use.need.required.includes(column.name) || use.need.optional.includes(column.name);
  const what = `is new (${column.declared}) and ${own ? "is read as configured" : (uses[use.need.entity] ?? "is not read")}`;
  return { column: column.name, kind: "column_added", before: null, after: column.declared, effect: "goes_on", what };
}

function droppedChange(use: TableUse, column: ColumnDescription): Change {
  const effect = use.need.required.includes(column.name) ? "pauses_entity" : "goes_on";
  const what = "is gone";
  return { column: column.name, kind: "column_dropped", before: column.declared, after: null, effect, what };
}

function tableChanges(use: TableUse, before: TableDescription, after: TableDescription): Change[] {
  const changes: Change[] = [];
  const known = new Map(before.columns.map((column) => [column.name, column]));
  const now = new Set(after.columns.map((column) => column.name));
  const renamedFrom = new Set<string>();
  for (const column of after.columns) {
    const same = known.get(column.name);
    if (same !== undefined) {
      changes.push(...columnChanges(use, same, column));
      continue;
    }
    const was = use.renamed[column.name]?.was;
    const earlier = was === undefined || now.has(was) ? undefined : known.get(was);
    if (earlier === undefined) {
      changes.push(addedChange(use, column));
      continue;
    }
    renamedFrom.add(earlier.name);
    const what = `was called ${earlier.name}, as the configuration says`;
    const { name } = column;
    changes.push({ column: name, kind: "column_renamed", before: earlier.name, after: name, effect: "goes_on", what });
    changes.push(...columnChanges(use, earlier, column));
  }
  for (const column of before.columns) {
    if (!now.has(column.name) && !renamedFrom.has(column.name)) changes.push(droppedChange(use, column));
  }
  const [keyBefore, keyAfter] = [before.primaryKey.join(", "), after.primaryKey.join(", ")];
  if (keyBefore !== keyAfter) {
    const what = `has the primary key (${keyAfter}) instead of (${keyBefore})`;
    const effect = "sets_rows_aside";
    changes.push({ column: null, kind: "key_changed", before: keyBefore, after: keyAfter, effect, what });
  }
  return changes;
}

/**
 * What changed in a table that the configuration names.
 * @param before as it was last seen; undefined when it never was: then nothing changed
 * @param after as it is; undefined when the source does not have it
 * @param wasMissing true when the last run missed it
 */
export function findDrift(
  use: TableUse,
  before: TableDescription | undefined,
  after: TableDescription | undefined,
  wasMissing: boolean,
): FoundChange[] {
  const { entity, table } = use.need;
  const changes: Change[] = [];
  const whole = { column: null, before: null, after: null };
  if (after === undefined) {
    if (before !== undefined && !wasMissing) {
      changes.push({ ...whole, kind: "table_missing", effect: "pauses_entity", what: "is gone, renamed or forbidden" });
    }
  } else {
    if (wasMissing) changes.push({ ...whole, kind: "table_returned", effect: "goes_on", what: "is there again" });
    if (before !== undefined) changes.push(...tableChanges(use, before, after));
  }
  return changes.map(({ what, ...change }) => {
    const subject = change.column === null ? `Table ${table}` : `Column ${table}.${change.column}`;
    return { entity, table, ...change, message: `${subject} ${what}. ${WORDS[change.effect]}.` };
  });
}
