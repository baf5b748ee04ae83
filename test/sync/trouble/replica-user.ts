import type { Dialect } from "../property/shop.ts";

/** What the statements name; `{tables}` and `{table}` stand for the tables that `endcap.config.ts` names. */
export interface ReplicaUserNames {
  readonly database: string;
  readonly password: string;
  readonly tables: readonly string[];
}

/** The user that Endcap reads with. */
export const REPLICA_USER = "endcap_reader";

/**
 * The statements, run by an administrator, that make the user that Endcap reads with: it may SELECT from the tables that
 * are used, and nothing else. docs/sync.md shows them. A statement with `{table}` is written once for each table.
 */
export const REPLICA_USER_SQL: Readonly<Record<Dialect, readonly string[]>> = {
  mysql: [
    `CREATE USER ${REPLICA_USER}@'%' IDENTIFIED BY '{password}'`,
    `GRANT SELECT ON {database}.{table} TO ${REPLICA_USER}@'%'`,
  ],
  postgres: [
    `CREATE ROLE ${REPLICA_USER} LOGIN PASSWORD '{password}'`,
    `GRANT CONNECT ON DATABASE {database} TO ${REPLICA_USER}`,
    `GRANT USAGE ON SCHEMA public TO ${REPLICA_USER}`,
    `GRANT SELECT ON {tables} TO ${REPLICA_USER}`,
  ],
};

/** Takes a table away from the user again: the entity that is read from it is paused, and the others go on. */
export const REVOKE_TABLE_SQL: Readonly<Record<Dialect, string>> = {
  mysql: `REVOKE SELECT ON {database}.{table} FROM ${REPLICA_USER}@'%'`,
  postgres: `REVOKE SELECT ON {table} FROM ${REPLICA_USER}`,
};

/**
 * Of a table of people one may give single columns: those that `endcap.config.ts` names. The others do not even show
 * themselves.
 */
export const GRANT_COLUMNS_SQL: Readonly<Record<Dialect, string>> = {
  mysql: `GRANT SELECT ({columns}) ON {database}.{table} TO ${REPLICA_USER}@'%'`,
  postgres: `GRANT SELECT ({columns}) ON {table} TO ${REPLICA_USER}`,
};

/** A statement with its names filled in. */
export function withNames(sql: string, names: Readonly<Record<string, string>>): string {
  return sql.replaceAll(/\{(\w+)\}/g, (place, name: string) => names[name] ?? place);
}

/** {@link REPLICA_USER_SQL} for one shop. */
export function replicaUserStatements(dialect: Dialect, { database, password, tables }: ReplicaUserNames): string[] {
  const names = { database, password, tables: tables.join(", ") };
  return REPLICA_USER_SQL[dialect].flatMap((sql) =>
    sql.includes("{table}") ? tables.map((table) => withNames(sql, { ...names, table })) : [withNames(sql, names)],
  );
}
