import { readFile, writeFile } from "node:fs/promises";

import { expect, it } from "vitest";

import config from "../../endcap.config.ts";
import { tableNeeds } from "../../domain/sync/source-schema.ts";
import { FORMAT_CHANGES } from "./format/changes.ts";
import { formatChangesTable } from "./format/docs-table.ts";
import { GRANT_COLUMNS_SQL, replicaUserStatements, withNames } from "./trouble/replica-user.ts";

const PAGE = "docs/sync.md";
/** With ENDCAP_WRITE_DOCS=1 the page is brought up to date instead of compared. */
const WRITE = process.env["ENDCAP_WRITE_DOCS"] === "1";

/** PostgreSQL folds names without quotes to lower case. */
function quoted(dialect: "mysql" | "postgres", name: string): string {
  return dialect === "postgres" && name !== name.toLowerCase() ? `"${name}"` : name;
}

/** The replica's user of the shop that endcap.config.ts describes, as SQL for both dialects. */
function replicaUserBlock(): string {
  const needs = tableNeeds(config.source);
  const tables = [...new Set(needs.map((need) => need.table))];
  const users = needs.find((need) => need.entity === "users");
  const columns = [...new Set([...(users?.required ?? []), ...(users?.optional ?? [])])];
  const dialect = (name: "mysql" | "postgres", title: string): string => {
    const names = { database: "classicmodels", password: "…", tables };
    const narrow = withNames(GRANT_COLUMNS_SQL[name], {
      database: names.database,
      table: users?.table ?? "",
      columns: columns.map((column) => quoted(name, column)).join(", "),
    });
    const statements = replicaUserStatements(name, names).map((sql) => `${sql};`);
    return [
      `-- ${title}`,
      ...statements,
      "-- or, of the people, only the columns that are used:",
      `-- ${narrow};`,
    ].join("\n");
  };
  return ["```sql", dialect("mysql", "MySQL"), dialect("postgres", "PostgreSQL"), "```"].join("\n");
}

const BLOCKS: readonly [name: string, text: () => string][] = [
  ["format-changes", () => formatChangesTable(FORMAT_CHANGES)],
  ["replica-user", replicaUserBlock],
];

function blockPattern(name: string): RegExp {
  return new RegExp(`(<!-- generated: ${name} -->\\n)([\\s\\S]*?)(<!-- /generated -->)`);
}

/** The formatter pads cells and draws rules as long as they are: neither is content. */
function content(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " ").replaceAll(/-{2,}/g, "--").trim())
    .filter((line) => line !== "");
}

it.each(BLOCKS)("docs/sync.md shows %s as the tests check them", async (name, text) => {
  const page = await readFile(PAGE, "utf8");
  const block = blockPattern(name).exec(page);
  expect(block).not.toBeNull();
  if (WRITE) {
    await writeFile(
      PAGE,
      page.replace(blockPattern(name), (_, before: string, __, after: string) => `${before}\n${text()}\n\n${after}`),
    );
    return;
  }
  expect(content(block?.[2] ?? "")).toEqual(content(text()));
});
