import config from "../../endcap.config.ts";
import { tableNeeds } from "../../domain/sync/source-schema.ts";
import { type GeneratedBlock, testGeneratedBlocks } from "../support/generated-docs.ts";
import { FORMAT_CHANGES } from "./format/changes.ts";
import { formatChangesTable } from "./format/docs-table.ts";
import { GRANT_COLUMNS_SQL, replicaUserStatements, withNames } from "./trouble/replica-user.ts";

const PAGE = "docs/sync.md";
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

const BLOCKS: readonly GeneratedBlock[] = [
  ["format-changes", () => formatChangesTable(FORMAT_CHANGES)],
  ["replica-user", replicaUserBlock],
];

testGeneratedBlocks(PAGE, BLOCKS);
