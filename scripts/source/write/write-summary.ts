import type { Database } from "../database.ts";
import type { Guess } from "../guess.ts";
import type { Finding } from "../guess/finding.ts";
import { LISTED_MAX } from "../limits.ts";
import { plain } from "./comment.ts";
import { usable } from "./config-of.ts";
import { usedTables, writeGrants } from "./write-grants.ts";

/** What the summary needs to know besides the guess. */
export interface SummaryContext {
  readonly database: Database;
  /** Where the configuration was written; null for standard output. */
  readonly file: string | null;
  /** The address for `npm start`, with a placeholder for the password. */
  readonly replica: string;
}

const CONFIG_FILE = "endcap.config.ts";

function rowsText(database: Database, name: string): string {
  const rows = database.tables.find((table) => table.name === name)?.rows ?? null;
  return rows === null ? "" : ` (${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"})`;
}

function listed(names: readonly string[]): string {
  const more = names.length > LISTED_MAX ? `, and ${names.length - LISTED_MAX} more` : "";
  return `${names.slice(0, LISTED_MAX).join(", ")}${more}`;
}

function doubts(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ why }) => why.startsWith("to check"))
    .map(({ name, value, why }) => `${name} ${JSON.stringify(value)}: ${why.replace(/^to check: /, "")}`);
}

function absences({ orders, ratings }: Guess): string[] {
  return Object.entries({ orders, ratings }).flatMap(([name, entity]) => {
    if (entity.kind === "absent") return [`${name}: ${entity.why}`];
    return usable(entity) === null
      ? [`${name}: not all was found; they stand in the file as a comment to complete`]
      : [];
  });
}

/** What was found, why, and what to do next, for whoever ran the command. */
export function writeSummary(guess: Guess, { database, file, replica }: SummaryContext): string[] {
  const used = usedTables(guess);
  const unused = database.tables
    .map((table) => table.name)
    .filter((name) => used.every((table) => table.name !== name));
  const checks = [...doubts(guess.shop), ...absences(guess)];
  const lines = [
    "",
    `Of ${database.tables.length} tables ${used.length} are used:`,
    ...used.map(
      ({ name, is, why }) =>
        `  ${plain(name)}${rowsText(database, name)}: ${is}: ${plain(why) || "what refers to it says so"}`,
    ),
    ...(unused.length === 0 ? [] : [`Not used: ${plain(listed(unused))}.`]),
    ...(checks.length === 0 ? [] : ["To check:", ...checks.map((line) => `  ${plain(line)}`)]),
    "",
  ];
  if (guess.missing.length > 0) {
    const where = file ?? "what was printed";
    return [...lines, `Next: fill in ${where} what the lines below name; a view may have to join two tables for it.`];
  }
  return [
    ...lines,
    "Next:",
    file === null
      ? `  1. Read the reasons above; --out ${CONFIG_FILE} --force saves it where it is used. Correct it there.`
      : `  1. Read the reasons in ${file}, correct it, and save it as ${CONFIG_FILE}.`,
    "  2. Make a user who may read these tables and nothing else:",
    ...writeGrants(
      database,
      used.map(({ name }) => name),
    ).map((statement) => `       ${statement}`),
    `  3. npm start -- --replica '${replica}'`,
  ];
}
