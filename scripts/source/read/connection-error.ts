import { CommandError } from "../../command.ts";
import { type DatabaseAddress, describeAddress } from "./address.ts";

const MESSAGE_MAX_LENGTH = 200;
/** Shorter passwords would be found in every other word of a message. */
const REDACTED_MIN_LENGTH = 3;

/** Both drivers' words for what a person can mend; the rest is told as the driver tells it. */
const ADVICE: Readonly<Record<string, (address: DatabaseAddress) => string>> = {
  ECONNREFUSED: ({ host, port }) => `Nothing listens at ${host}:${port}: is the server running, is the port right?`,
  ENOTFOUND: ({ host }) => `There is no host "${host}".`,
  EAI_AGAIN: ({ host }) => `The name of the host "${host}" cannot be resolved.`,
  EHOSTUNREACH: ({ host, port }) => `${host}:${port} cannot be reached from here.`,
  ENETUNREACH: ({ host, port }) => `${host}:${port} cannot be reached from here.`,
  ETIMEDOUT: ({ host, port }) => `${host}:${port} does not answer: does a firewall stand between?`,
  ER_ACCESS_DENIED_ERROR: ({ user }) => `The server refuses the user "${user}": wrong name or password.`,
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: ({ user }) => `The server refuses the user "${user}" without a password.`,
  ER_DBACCESS_DENIED_ERROR: ({ user, database }) => `The user "${user}" may not read the database "${database}".`,
  ER_BAD_DB_ERROR: ({ database }) => `There is no database "${database}" on the server.`,
  ER_SECURE_TRANSPORT_REQUIRED: () => "The server takes encrypted connections only: add ?sslmode=require.",
  HANDSHAKE_NO_SSL_SUPPORT: () => "The server cannot encrypt connections: leave sslmode away.",
  "28P01": ({ user }) => `The server refuses the user "${user}": wrong name or password.`,
  "3D000": ({ database }) => `There is no database "${database}" on the server.`,
};

function codeOf(thrown: unknown): string | null {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return null;
  return typeof thrown.code === "string" ? thrown.code : null;
}

function withoutPassword(message: string, { password }: DatabaseAddress): string {
  if (password.length < REDACTED_MIN_LENGTH) return message;
  return message.replaceAll(password, "…").replaceAll(encodeURIComponent(password), "…");
}

/** What a driver threw, as one line that says what to do. */
export function connectionError(address: DatabaseAddress, thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown;
  const code = codeOf(thrown);
  const advice = code === null ? undefined : ADVICE[code];
  if (advice !== undefined) return new CommandError(withoutPassword(advice(address), address), { cause: thrown });
  const raw = (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, " ").trim();
  const message = withoutPassword(raw === "" ? (code ?? "no reason given") : raw, address).slice(0, MESSAGE_MAX_LENGTH);
  const suffix = code === null || message.includes(code) ? "" : ` (${code})`;
  return new CommandError(`The ${describeAddress(address)} cannot be read: ${message}${suffix}`, { cause: thrown });
}
