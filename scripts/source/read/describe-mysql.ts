import { mysqlKind } from "../../../platform/replica/mysql-types.ts";
import type { DatabaseTable } from "../database.ts";
import { columnRowsSchema, indexRowsSchema, keyRowsSchema, tablesOf } from "./catalogue-rows.ts";
import type { Session } from "./session.ts";

// MariaDB's JSON is text with a check; MySQL has a type for it, and no table name in its list of checks.
function jsonCheck(mariadb: boolean): string {
  if (!mariadb) return "c.DATA_TYPE = 'json'";
  return `c.DATA_TYPE = 'json' OR EXISTS (
    SELECT 1 FROM information_schema.CHECK_CONSTRAINTS k
    WHERE k.CONSTRAINT_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME
      AND k.CHECK_CLAUSE LIKE CONCAT('%json_valid(\`', c.COLUMN_NAME, '\`)%'))`;
}

/** The values of `enum('a','b')`, in which a quote is written twice. */
function enumValues(declared: string): string[] | null {
  if (!declared.startsWith("enum(")) return null;
  return [...declared.matchAll(/'((?:[^']|'')*)'/g)].map((match) => (match[1] ?? "").replaceAll("''", "'"));
}

/** The tables and views of MySQL or MariaDB databases that this user may read. */
export async function describeMysql(
  session: Session,
  schemas: readonly string[],
  own: string | null,
): Promise<DatabaseTable[]> {
  const places = schemas.map((schema) => session.text(schema)).join(", ");
  const columns = columnRowsSchema.parse(
    await session.read(
      `SELECT c.TABLE_SCHEMA AS \`schema\`, c.TABLE_NAME AS \`table\`, IF(t.TABLE_TYPE LIKE '%VIEW', 1, 0) AS \`view\`, t.TABLE_ROWS AS \`rows\`,
         c.COLUMN_NAME AS \`column\`, c.DATA_TYPE AS \`type\`, c.COLUMN_TYPE AS \`declared\`,
         IF(c.IS_NULLABLE = 'YES', 1, 0) AS \`nullable\`, c.NUMERIC_SCALE AS \`scale\`,
         IF(${jsonCheck(session.version.includes("MariaDB"))}, 1, 0) AS \`json\`,
         IF(c.EXTRA LIKE '%on update%', 1, 0) AS \`selfUpdating\`
       FROM information_schema.COLUMNS c
       JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
       WHERE c.TABLE_SCHEMA IN (${places}) AND c.PRIVILEGES LIKE '%select%'
       ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION`,
    ),
  );
  const keys = keyRowsSchema.parse(
    await session.read(
      `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\`,
         REFERENCED_TABLE_SCHEMA AS \`targetSchema\`, REFERENCED_TABLE_NAME AS \`target\`, REFERENCED_COLUMN_NAME AS \`references\`
       FROM information_schema.KEY_COLUMN_USAGE
       WHERE TABLE_SCHEMA IN (${places}) AND (CONSTRAINT_NAME = 'PRIMARY' OR REFERENCED_TABLE_SCHEMA IN (${places}))
       ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`,
    ),
  );
  const indexes = indexRowsSchema.parse(
    await session.read(
      `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`,
         MIN(CASE WHEN SEQ_IN_INDEX = 1 THEN COLUMN_NAME END) AS \`column\`,
         IF(MAX(NON_UNIQUE) = 0 AND COUNT(*) = 1, 1, 0) AS \`unique\`
       FROM information_schema.STATISTICS WHERE TABLE_SCHEMA IN (${places}) AND COLUMN_NAME IS NOT NULL
       GROUP BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME HAVING \`column\` IS NOT NULL`,
    ),
  );
  const valuesOf = (_: string, declared: string): string[] | null => enumValues(declared);
  return tablesOf({ columns, keys, indexes, kindOf: mysqlKind, valuesOf }, own);
}
