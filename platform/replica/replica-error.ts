import { ReplicaError } from "../../domain/sync/replica.ts";

const MESSAGE_MAX_LENGTH = 300;

function codeOf(thrown: unknown): string | null {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return null;
  return typeof thrown.code === "string" ? thrown.code : null;
}

/** What a driver threw as one plain line: `what`, then the driver's message and code. */
export function replicaError(what: string, thrown: unknown): ReplicaError {
  if (thrown instanceof ReplicaError) return thrown;
  const code = codeOf(thrown);
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, " ").trim();
  const text = message === "" || message === code ? (code ?? "no reason given") : message;
  const suffix = code === null || text.includes(code) ? "" : ` (${code})`;
  return new ReplicaError(`${what}: ${text.slice(0, MESSAGE_MAX_LENGTH)}${suffix}`, { cause: thrown });
}
