import type { ColumnKind } from "../../domain/sync/replica.ts";
import type { Database, DatabaseColumn, DatabaseTable, ForeignKey } from "../../scripts/source/database.ts";

const KINDS: Readonly<Record<string, ColumnKind>> = {
  int: "number",
  decimal: "number",
  varchar: "text",
  bool: "boolean",
  datetime: "datetime",
  date: "date",
  uuid: "uuid",
  blob: "binary",
  json: "json",
};

function columnFrom(text: string): { readonly column: DatabaseColumn; readonly flags: readonly string[] } {
  const [name = "", type = "varchar", ...flags] = text.trim().split(/\s+/);
  const kind = KINDS[type.replace(/\(.*/, "")];
  if (kind === undefined) throw new Error(`The notation knows no type ${type}.`);
  const values = /^varchar\((.+)\)$/.exec(type)?.[1]?.split("|") ?? null;
  return {
    flags,
    column: {
      name,
      type: values === null ? type : "enum",
      declared: type,
      kind,
      nullable: flags.includes("null"),
      integer: type === "int",
      json: kind === "json",
      indexed: flags.includes("indexed") || flags.includes("key"),
      unique: flags.includes("unique"),
      selfUpdating: flags.includes("selfupdating"),
      values,
    },
  };
}

function tableFrom(line: string): DatabaseTable {
  const [name = "", columns = ""] = line.split(/:\s*/, 2);
  const parsed = columns.split(",").map(columnFrom);
  const foreignKeys = parsed.flatMap(({ column, flags }): ForeignKey[] =>
    flags
      .filter((flag) => flag.startsWith(">"))
      .map((flag) => {
        const dot = flag.lastIndexOf(".");
        const [table, references] = [flag.slice(1, dot), flag.slice(dot + 1)];
        return { column: column.name, table, references };
      }),
  );
  const [table = "", schema = "public"] = name.split(".").toReversed();
  return {
    name,
    schema,
    table,
    view: false,
    columns: parsed.map(({ column }) => column),
    primaryKey: parsed.filter(({ flags }) => flags.includes("key")).map(({ column }) => column.name),
    foreignKeys,
    rows: 100,
  };
}

/**
 * A database from a table per line, in the schema `public` unless its name says another: `orders: id int key, user_id int >users.id null, status varchar(open|void)`.
 * Behind a column stand its type and what is so of it: `key` (of the primary key), `unique`, `indexed`, `null`,
 * `selfupdating`, `>table.column` (a foreign key). `varchar(a|b)` is an enumeration.
 */
export function databaseFrom(notation: string): Database {
  const lines = notation.split("\n").map((line) => line.trim());
  const tables = lines.filter((line) => line !== "").map(tableFrom);
  return { dialect: "postgres", database: "shop", tables };
}
