import type { Answers } from "./answers.ts";
import type { ChosenTable } from "./choose-tables.ts";
import { elsewhere } from "./elsewhere.ts";
import { type EntityGuess, type Finding, found, notFound, required } from "./finding.ts";
import { guessCategory } from "./guess-category.ts";
import { guessChange } from "./guess-change.ts";
import { asFinding, asRequired, guessColumn } from "./guess-column.ts";
import { isCost, isInternal } from "./guess-excluded.ts";
import { keyFinding } from "./guess-key.ts";
import { priceFinding } from "./guess-price.ts";
import type { NamedColumn, NamedTable } from "./named-tables.ts";
import { rankColumns, stemOf } from "./rank-columns.ts";
import type { ColumnRule } from "./rules/column-rule.ts";
import { ATTRIBUTES, HIDDEN, IMAGE, NAME, PRICE, SHOWN, SLUG, STOCK, URL_ADDRESS } from "./rules/item-rules.ts";
import { DELETED } from "./rules/row-rules.ts";
import { ownWords, type TableScore } from "./score-table.ts";

/** What shops print beside a product's name. */
const SHOWN_FEATURES: ReadonlySet<string> = new Set(
  (
    "artist author brand color edition fit flavor format language manufacturer material maker model publisher scale " +
    "season size style vendor volume weight year"
  ).split(" "),
);

/** What is to be said where no table of items was found. */
export function noItems(near: TableScore | null): EntityGuess {
  const hint = near === null ? "" : ` (${near.table.name} came nearest)`;
  const why = `fill in the table with one row per product, its key, name, category and price; no table looks like items${hint}`;
  return { entity: "items", findings: [required(notFound("table", why))], notes: [], tables: [] };
}

function hiddenFinding(table: NamedTable, own: ReadonlySet<string>): Finding {
  const hidden = guessColumn({ table, rule: HIDDEN, own, what: "what hides an item from shoppers, if there is one" });
  const [shown] = rankColumns(table, SHOWN, own);
  if (hidden.column !== null || shown === undefined) return asFinding("hidden", hidden);
  const name = shown.column.name;
  return notFound(
    "hidden",
    `${name} says the opposite: add a column that is true for what is not ${shown.column.words.at(-1) ?? ""}`,
  );
}

function imageFinding(table: NamedTable, own: ReadonlySet<string>, answers: Answers): Finding {
  const { column, or } = guessColumn({ table, rule: IMAGE, own, what: "" });
  if (column === null) {
    return notFound("image", 'fill in the address of the picture, like "https://…/{column}.jpg" or "{column}"');
  }
  const seen = answers.addresses(table.name, column.name);
  const relative = seen !== null && seen.matching * 2 < seen.rows;
  const hint = relative ? ", which holds no whole addresses: write what stands before and behind it" : "";
  return found("image", `{${column.name}}`, `the value of ${column.name}${hint}`, or);
}

function urlFinding(table: NamedTable, own: ReadonlySet<string>): Finding {
  const { column } = guessColumn({ table, rule: URL_ADDRESS, own, what: "" });
  if (column !== null) return found("url", `{${column.name}}`, `the value of ${column.name}`);
  const [slug] = rankColumns(table, SLUG, own);
  const example = slug === undefined ? "{column}" : `{${slug.column.name}}`;
  return notFound("url", `fill in the address of the product page, like "https://shop.example/products/${example}"`);
}

/** JSON columns whose members can be features: objects, in every row that was looked at. */
function jsonFindings(table: NamedTable, own: ReadonlySet<string>, answers: Answers): Finding[] {
  const isObjects = (column: NamedColumn): boolean => {
    const seen = answers.objects(table.name, column.name);
    return seen === null || seen.matching === seen.rows;
  };
  const json = table.columns.filter((column) => column.json);
  const named = rankColumns({ ...table, columns: json.map((column) => ({ ...column, json: false })) }, ATTRIBUTES, own);
  const taken = json.filter((column) => named.some((one) => one.column.name === column.name) && isObjects(column));
  const others = json.filter((column) => !taken.includes(column)).map((column) => column.name);
  if (json.length === 0) return [];
  if (taken.length === 0) {
    return [notFound("attributes", `JSON, but no objects of attributes by name and content: ${others.join(", ")}`)];
  }
  const why = "JSON objects: each member becomes a feature";
  return [
    found(
      "attributes",
      taken.map((column) => column.name),
      why,
      others,
    ),
  ];
}

function publicFinding(table: NamedTable, own: ReadonlySet<string>): Finding {
  const shown = table.columns
    .filter((column) => column.kind !== "binary" && SHOWN_FEATURES.has(stemOf(column, own).join(" ")))
    .map((column) => column.name);
  if (shown.length === 0)
    return notFound("public", "name features that shoppers may see beside name, price and category");
  return found("public", shown, "what shops show, by their names: shoppers will see it");
}

function excludedFinding(table: NamedTable, own: ReadonlySet<string>): Finding[] {
  const excluded = table.columns.filter((column) => isCost(column, table, own) || isInternal(column));
  if (excluded.length === 0) return [];
  return [
    found(
      "excludeFeatures",
      excluded.map((column) => column.name),
      "costs and what is internal, by their names",
    ),
  ];
}

/**
 * The items' part of the configuration.
 * @param tables all that are neither users nor orders nor ratings
 */
export function guessItems(tables: readonly NamedTable[], chosen: ChosenTable, answers: Answers): EntityGuess {
  const { table, key } = chosen;
  const own = ownWords(table, "items");
  const beside = (rule: ColumnRule) => () => elsewhere(tables, table, rule);
  const name = guessColumn({ table, rule: NAME, own, what: "the item's name", elsewhere: beside(NAME) });
  const price = guessColumn({ table, rule: PRICE, own, what: "the item's price", elsewhere: beside(PRICE) });
  const category = guessCategory(tables, table, key?.column ?? null);
  const stock = guessColumn({
    table,
    rule: STOCK,
    own,
    what: "the number in stock (without one every item counts as in stock)",
  });
  const deleted = guessColumn({ table, rule: DELETED, own, what: "the deletion" });
  const why = chosen.reasons.join("; ");
  return {
    entity: "items",
    findings: [
      required(found("table", table.name, why, chosen.or)),
      keyFinding(table, key, "item"),
      asRequired("name", name),
      category.finding,
      priceFinding(price),
      asFinding("stock", stock),
      hiddenFinding(table, own),
      imageFinding(table, own, answers),
      urlFinding(table, own),
      publicFinding(table, own),
      ...jsonFindings(table, own, answers),
      ...excludedFinding(table, own),
      ...(deleted.column === null ? [] : [asFinding("deleted", deleted)]),
      guessChange(table, own).finding,
    ],
    notes: [],
    tables: [
      { name: table.name, is: "items", why },
      ...category.tables.map((linked) => ({
        name: linked,
        is: "categories of items",
        why: "the category is read there",
      })),
    ],
  };
}
