import type { Database } from "../database.ts";
import type { Guess, OptionalEntity } from "../guess.ts";
import type { EntityGuess, Finding } from "../guess/finding.ts";
import { LINE_WIDTH, LISTED_MAX } from "../limits.ts";
import { comment, plain } from "./comment.ts";
import { usable } from "./config-of.ts";
import { literal } from "./literal.ts";

const STEP = 2;

function reason({ why, or }: Finding): string {
  if (or.length === 0) return why;
  const more = or.length > LISTED_MAX ? `, and ${or.length - LISTED_MAX} more` : "";
  return `${why}; or: ${or.slice(0, LISTED_MAX).join(", ")}${more}`;
}

/** The reason stands behind what it explains where the line has room for it, else above. */
function findingLines(finding: Finding, indent: number): string[] {
  const { name, value, parts } = finding;
  const spaces = " ".repeat(indent);
  if (parts !== null) {
    return [`${spaces}${name}: {`, ...parts.flatMap((part) => findingLines(part, indent + STEP)), `${spaces}},`];
  }
  if (value === null) return comment(`${name}: ${reason(finding)}`, indent);
  const begin = `${spaces}${name}: `;
  const line = `${begin}${literal(value, indent, begin.length + 1)},`;
  const beside = `${line} // ${plain(reason(finding))}`;
  return !line.includes("\n") && beside.length <= LINE_WIDTH ? [beside] : [...comment(reason(finding), indent), line];
}

function entityLines({ entity, findings, notes }: EntityGuess, indent: number): string[] {
  const spaces = " ".repeat(indent);
  return [
    `${spaces}${entity}: {`,
    ...findings.flatMap((finding) => findingLines(finding, indent + STEP)),
    ...notes.flatMap((note) => comment(note, indent + STEP)),
    `${spaces}},`,
  ];
}

/** What lacks something stands there as a comment, to be completed and taken out of it. */
function commentedOut(guess: EntityGuess, indent: number): string[] {
  const begin = `${" ".repeat(indent)}// `;
  // A value may take several lines: each of them needs its own //.
  const lines = entityLines(guess, 0).flatMap((line) => line.split("\n"));
  return lines.map((line) => `${begin}${line}`);
}

function optionalLines(name: string, entity: OptionalEntity, indent: number): string[] {
  const complete = usable(entity);
  if (complete !== null) return entityLines(complete, indent);
  if (entity.kind === "absent") return comment(`${name}: left away, since ${entity.why}`, indent);
  const first = comment(`${name}: not all was found. Fill in what is missing and take away the // in front:`, indent);
  return [...first, ...commentedOut(entity.guess, indent)];
}

/** The text of `endcap.config.ts`: what was found, each choice with its reason, and what is to be filled in. */
export function writeConfig(database: Database, guess: Guess): string {
  const place = STEP * 2;
  const lines = [
    'import { defineConfig } from "./domain/config/schema.ts";',
    "",
    "/**",
    ` * A first configuration, guessed by \`endcap source inspect\` from names, types and keys of the database`,
    ` * ${plain(database.database).replaceAll("*/", "* /")}. Read the reason beside each choice, correct what is wrong, then take the reasons away.`,
    " * Every option is described in domain/config/schema.ts.",
    " */",
    "export default defineConfig({",
    "  shop: {",
    ...guess.shop.flatMap((finding) => findingLines(finding, place)),
    "  },",
    "  source: {",
    ...entityLines(guess.users, place),
    ...entityLines(guess.items, place),
    ...optionalLines("orders", guess.orders, place),
    ...optionalLines("ratings", guess.ratings, place),
    "  },",
    "});",
    "",
  ];
  return lines.join("\n");
}
