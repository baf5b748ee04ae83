import type { ChosenTable } from "./choose-tables.ts";
import { type EntityGuess, type Finding, found, notFound, required } from "./finding.ts";
import { guessChange } from "./guess-change.ts";
import { asFinding, guessColumn } from "./guess-column.ts";
import { keyFinding } from "./guess-key.ts";
import type { NamedColumn } from "./named-tables.ts";
import { stemOf } from "./rank-columns.ts";
import { DELETED } from "./rules/row-rules.ts";
import { COUNTRY } from "./rules/user-rules.ts";
import { ownWords, type TableScore } from "./score-table.ts";

/** What may be known of a person without knowing the person: where, how large, of which kind. */
const HARMLESS: ReadonlySet<string> = new Set([
  "channel",
  "city",
  "class",
  "country",
  "country code",
  "country iso",
  "county",
  "credit limit",
  "currency",
  "group",
  "industry",
  "language",
  "language code",
  "level",
  "locale",
  "loyalty level",
  "loyalty tier",
  "market",
  "postal code",
  "province",
  "region",
  "sector",
  "segment",
  "state",
  "tier",
  "time zone",
  "timezone",
  "town",
  "type",
]);
/** Words that may stand in front: `billing_country`. */
const PLACES: ReadonlySet<string> = new Set(["billing", "shipping", "default", "home", "address"]);

function isHarmless(column: NamedColumn, own: ReadonlySet<string>): boolean {
  if (column.json || !["text", "number", "boolean"].includes(column.kind)) return false;
  const stem = stemOf(column, own);
  const plain = PLACES.has(stem[0] ?? "") ? stem.slice(1) : stem;
  return HARMLESS.has(plain.join(" "));
}

/** What is to be said where no table of users was found. */
export function noUsers(near: TableScore | null): EntityGuess {
  const hint = near === null ? "" : ` (${near.table.name} came nearest)`;
  const why = `fill in the table with one row per customer, and its key; no table looks like users${hint}`;
  return { entity: "users", findings: [required(notFound("table", why))], notes: [], tables: [] };
}

/** The users' part of the configuration. Of a person only what is harmless is proposed. */
export function guessUsers(chosen: ChosenTable): EntityGuess {
  const { table } = chosen;
  const own = ownWords(table, "users");
  const country = guessColumn({ table, rule: COUNTRY, own, what: "the country, if there is one" });
  const deleted = guessColumn({ table, rule: DELETED, own, what: "the deletion" });
  const change = guessChange(table, own);
  const features = table.columns.filter((column) => isHarmless(column, own)).map((column) => column.name);
  const used = new Set<string | null | undefined>([
    chosen.key?.column,
    country.column?.name,
    deleted.column?.name,
    change.column,
    ...features,
  ]);
  const personal = table.columns.map((column) => column.name).filter((name) => !used.has(name));

  const findings: Finding[] = [
    required(found("table", table.name, chosen.reasons.join("; "), chosen.or)),
    keyFinding(table, chosen.key, "user"),
    asFinding("country", country),
    features.length === 0
      ? notFound("features", "name columns that say something about a user and are not personal")
      : found("features", features, "harmless by their names: the only columns of a person that are taken"),
    ...(deleted.column === null ? [] : [asFinding("deleted", deleted)]),
    change.finding,
  ];
  const notes = personal.length === 0 ? [] : [`may be personal: not taken: ${personal.join(", ")}`];
  return {
    entity: "users",
    findings,
    notes,
    tables: [{ name: table.name, is: "users", why: chosen.reasons.join("; ") }],
  };
}
