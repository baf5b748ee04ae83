import { CommandError } from "../../command.ts";

/** The two families of databases that a sync can read. */
export type Dialect = "mysql" | "postgres";

/** Where a database is and who asks; only {@link maskedUrl} may be printed. */
export interface DatabaseAddress {
  readonly dialect: Dialect;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Whether the connection is encrypted, in libpq's words: `disable`, `require`, `verify-full` …; null when not said. */
  readonly sslMode: string | null;
  /** The address as it was given, password and all. */
  readonly url: string;
}

const DIALECTS: Readonly<Record<string, Dialect>> = {
  "mysql:": "mysql",
  "mariadb:": "mysql",
  "postgres:": "postgres",
  "postgresql:": "postgres",
};
const PORTS: Readonly<Record<Dialect, number>> = { mysql: 3306, postgres: 5432 };
const FORM = "mysql://user:password@host:port/database or postgres://…";

/**
 * Takes a database's address apart.
 * @throws CommandError that never repeats the address, since a part of it is a password
 */
export function parseAddress(text: string): DatabaseAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[0].toLowerCase();
  if (scheme === undefined) throw new CommandError(`The address must be ${FORM}.`);
  const dialect = DIALECTS[scheme];
  if (dialect === undefined) throw new CommandError(`"${scheme}" is no database that can be inspected: write ${FORM}.`);
  const url = URL.canParse(text) ? new URL(text) : null;
  // An unescaped # ? or / in a password ends the address early: what looks like the host is then a part of the password.
  const isCut = url !== null && `${url.pathname}${url.search}${url.hash}`.includes("@");
  if (url === null || isCut || url.username === "" || url.hostname === "") {
    throw new CommandError(
      `The address must be ${FORM}; write special characters in the password as % and their code (# is %23).`,
    );
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === "") throw new CommandError(`Name the database in the address: ${FORM}.`);
  const ssl = url.searchParams.get("sslmode") ?? url.searchParams.get("ssl-mode");
  return {
    dialect,
    host: url.hostname.replaceAll(/^\[|\]$/g, ""),
    port: url.port === "" ? PORTS[dialect] : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    sslMode: ssl?.toLowerCase() ?? null,
    url: text,
  };
}

/** The database in words, without user and password. */
export function describeAddress({ dialect, database, host, port }: DatabaseAddress): string {
  return `${dialect === "mysql" ? "MySQL" : "PostgreSQL"} database ${database} at ${host}:${port}`;
}

/** The address as `npm start -- --replica` takes it, for another user whose password is to be filled in. */
export function maskedUrl({ url }: DatabaseAddress, user: string): string {
  const masked = new URL(url);
  // `npm start` knows MariaDB by MySQL's scheme.
  const text = masked.href.replace(/^mariadb:/i, "mysql:");
  return text.replace(/\/\/[^@/]*@/, `//${user}:PASSWORD@`);
}
