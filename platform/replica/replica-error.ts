import { ReplicaError } from "../../domain/sync/replica.ts";

const MESSAGE_MAX_LENGTH = 300;

/** What the servers say when a table or column is not there, or is not what it was. */
const SCHEMA_CODES: ReadonlySet<string> = new Set([
  // MySQL: unknown column, no such table, unknown table in a statement.
  "ER_BAD_FIELD_ERROR",
  "ER_NO_SUCH_TABLE",
  "ER_UNKNOWN_TABLE",
  // PostgreSQL: undefined table, undefined column, no such operator or function, type mismatch, text that is no value of the type.
  "42P01",
  "42703",
  "42883",
  "42804",
  "22P02",
]);

/** How sockets and drivers say that a connection is gone, without the word: what they noticed, not what happened. */
const LOST_PATTERN = /EPIPE|ECONNRESET|in closed state|Unexpected packet/i;

function codeOf(thrown: unknown): string | null {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return null;
  return typeof thrown.code === "string" ? thrown.code : null;
}

/** What a driver threw as one plain line: `what`, then the driver's message and code. */
export function replicaError(what: string, thrown: unknown): ReplicaError {
  if (thrown instanceof ReplicaError) return thrown;
  const code = codeOf(thrown);
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, " ").trim();
  const said = message === "" || message === code ? (code ?? "no reason given") : message;
  const text = LOST_PATTERN.test(`${said} ${code}`) ? `Connection lost: ${said}` : said;
  const suffix = code === null || text.includes(code) ? "" : ` (${code})`;
  const schema = code !== null && SCHEMA_CODES.has(code);
  return new ReplicaError(`${what}: ${text.slice(0, MESSAGE_MAX_LENGTH)}${suffix}`, { cause: thrown, schema });
}
