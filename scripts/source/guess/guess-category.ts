import { elsewhere } from "./elsewhere.ts";
import { type Finding, found, type Literal, notFound, required } from "./finding.ts";
import { byName } from "./guess-column.ts";
import { keysOf } from "./keys.ts";
import type { NamedTable } from "./named-tables.ts";
import { CLOSE_POINTS, misfits, rankColumns } from "./rank-columns.ts";
import { referencesTo } from "./references.ts";
import { CATEGORY, NAME } from "./rules/item-rules.ts";
import { ownWords } from "./score-table.ts";
import { CATEGORY_NOUNS } from "./table-rules.ts";

interface Candidate {
  readonly value: Literal;
  /** The value in a few words, for a list of alternatives. */
  readonly short: string;
  readonly points: number;
  readonly why: string;
  /** Tables that are read for it besides the items' own. */
  readonly tables: readonly string[];
}

/** What the category costs of its points by standing further away: what is nearest is read fastest. */
const BY_REFERENCE_POINTS = -0.2;
const BY_LINK_POINTS = -0.6;
/** A category that is a number is better than none. */
const UNNAMED_POINTS = -4;

/** A table of categories: its key, and where their names stand. */
interface NamesTable {
  readonly table: NamedTable;
  readonly key: string;
  readonly names: { readonly table: NamedTable; readonly key: string; readonly name: string } | null;
  readonly points: number;
}

/** Names that stand in the table itself, or in one beside it with the same word in its name (`category_description`). */
function whereNamed(tables: readonly NamedTable[], table: NamedTable, key: string): NamesTable["names"] {
  const noun = table.words.at(-1) ?? "";
  const nameIn = (one: NamedTable): string | undefined =>
    rankColumns(one, NAME, new Set(table.words)).find(({ column }) => column.name !== key)?.column.name;
  const own = nameIn(table);
  if (own !== undefined) return { table, key, name: own };
  for (const other of tables) {
    const [reference] = other === table || !other.words.includes(noun) ? [] : referencesTo(other, table, key);
    const name = nameIn(other);
    if (reference !== undefined && name !== undefined) return { table: other, key: reference.column, name };
  }
  return null;
}

function namesTables(tables: readonly NamedTable[], items: NamedTable): NamesTable[] {
  return tables.flatMap((table): NamesTable[] => {
    const points = CATEGORY_NOUNS[table.words.at(-1) ?? ""];
    const [key] = keysOf(table);
    if (table === items || points === undefined || key === undefined) return [];
    return [{ table, key: key.column, names: whereNamed(tables, table, key.column), points }];
  });
}

function ownColumns(items: NamedTable): Candidate[] {
  return rankColumns(items, CATEGORY, ownWords(items, "items")).map(({ column, points }) => ({
    value: column.name,
    short: column.name,
    points,
    why: byName(column),
    tables: [],
  }));
}

function namesOf({ names }: NamesTable): { readonly names?: Literal } {
  if (names === null) return {};
  return { names: { table: names.table.name, key: names.key, name: names.name } };
}

function aboutNames({ table, names }: NamesTable): string {
  if (names === null) return `; ${table.name} has no column named like a name, so it is called by its key`;
  if (names.table === table) return "";
  return `; ${names.table.name} names them: make a view of one language where it has several`;
}

/** An item has one category, by its key. */
function byReference(items: NamedTable, key: string, names: NamesTable): Candidate[] {
  const [reference] = referencesTo(items, names.table, names.key);
  const column = items.columns.find(({ name }) => name === reference?.column);
  if (reference === undefined || column === undefined) return [];
  const points = names.points + BY_REFERENCE_POINTS;
  // A text that is its category's only name needs no looking up.
  if (names.names === null && column.kind === "text") {
    const why = `${column.name} is ${reference.why}, which has no other name for it`;
    return [{ value: column.name, short: column.name, points, why, tables: [] }];
  }
  const link = { table: items.name, item: key, category: reference.column };
  return [
    {
      value: { ...link, ...namesOf(names) },
      short: `${items.name}.${reference.column} with the names of ${names.table.name}`,
      points: points + (names.names === null ? UNNAMED_POINTS : 0),
      why: `${reference.column} is ${reference.why}; the items' own table is the link${aboutNames(names)}`,
      tables: names.names === null ? [] : [names.names.table.name],
    },
  ];
}

/** A table in between says which categories an item has. */
function byLinks(tables: readonly NamedTable[], items: NamedTable, key: string, names: NamesTable): Candidate[] {
  return tables.flatMap((table): Candidate[] => {
    if (table === items || table === names.table) return [];
    const [item] = referencesTo(table, items, key);
    const [category] = referencesTo(table, names.table, names.key);
    if (item === undefined || category === undefined || item.column === category.column) return [];
    const link = { table: table.name, item: item.column, category: category.column };
    const speaks = table.words.some((word) => CATEGORY_NOUNS[word] !== undefined);
    return [
      {
        value: { ...link, ...namesOf(names) },
        short: `the table ${table.name}`,
        points: names.points + BY_LINK_POINTS + (speaks ? 0 : -1) + (names.names === null ? UNNAMED_POINTS : 0),
        why: `${table.name} links items and ${names.table.name}; of several the first by name counts${aboutNames(names)}`,
        tables: [table.name, ...(names.names === null ? [] : [names.names.table.name])],
      },
    ];
  });
}

/** A table of rows that say an item and the text of a category. */
function byTextLinks(tables: readonly NamedTable[], items: NamedTable, key: string): Candidate[] {
  return tables.flatMap((table): Candidate[] => {
    if (table === items || CATEGORY_NOUNS[table.words.at(-1) ?? ""] === undefined) return [];
    const [item] = referencesTo(table, items, key);
    const [category] = rankColumns(table, CATEGORY, ownWords(items, "items"));
    if (item === undefined || category === undefined) return [];
    return [
      {
        value: { table: table.name, item: item.column, category: category.column.name },
        short: `the table ${table.name}`,
        points: category.points + BY_LINK_POINTS,
        why: `${table.name} holds the categories of items; of several the first by name counts`,
        tables: [table.name],
      },
    ];
  });
}

/** A category's number, where no table says its name. */
function byNumber(items: NamedTable): Candidate[] {
  return items.columns
    .filter((column) => column.kind === "number" && column.words.some((word) => (CATEGORY_NOUNS[word] ?? 0) >= 7))
    .map((column) => ({
      value: column.name,
      short: column.name,
      points: CATEGORY_NOUNS["category"] ?? 0,
      why: "by its name; it holds numbers, and no table with their names was found",
      tables: [],
    }))
    .map((candidate) => ({ ...candidate, points: candidate.points + UNNAMED_POINTS - 1 }));
}

/**
 * Where an item's category stands: in a column, behind a key, or in a table of links.
 * @returns the finding, and the tables that are read for it besides the items' own
 */
export function guessCategory(
  tables: readonly NamedTable[],
  items: NamedTable,
  key: string | null,
): { readonly finding: Finding; readonly tables: readonly string[] } {
  const linked =
    key === null
      ? []
      : namesTables(tables, items).flatMap((names) => [
          ...byReference(items, key, names),
          ...byLinks(tables, items, key, names),
        ]);
  const texts = key === null ? [] : byTextLinks(tables, items, key);
  const candidates = [...ownColumns(items), ...linked, ...texts, ...byNumber(items)].toSorted(
    (a, b) => b.points - a.points,
  );
  const [best, ...others] = candidates;
  if (best === undefined) {
    const near = misfits(items, CATEGORY, ownWords(items, "items"));
    const hint = near.length === 0 ? "" : ` (${near.join(", ")}, which does not fit)`;
    const why = `fill in the column with the item's category, or the table that links items to categories; none was found${hint}${elsewhere(tables, items, CATEGORY)}`;
    return { finding: required(notFound("category", why)), tables: [] };
  }
  const close = others.filter(({ points, short }) => short !== best.short && points >= best.points - CLOSE_POINTS);
  return {
    finding: required(found("category", best.value, best.why, [...new Set(close.map(({ short }) => short))])),
    tables: best.tables,
  };
}
