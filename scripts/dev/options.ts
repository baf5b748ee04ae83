import { parseArgs } from "node:util";

import { CommandError } from "../command.ts";

/** What `npm start` was asked for. */
export interface DevOptions {
  readonly port: number;
  /** Address of a real replica; null = the embedded one with the demo shop. */
  readonly replica: string | null;
  readonly fresh: boolean;
}

const PORT_DEFAULT = 8787;
const PORT_MAX = 65_535;
const REPLICA_PROTOCOLS = ["mysql:", "postgres:", "postgresql:"];

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= PORT_MAX) return port;
  throw new CommandError(`--port takes a number from 1 to ${PORT_MAX}, not "${text}".`);
}

function parseReplica(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const complete =
    url !== null &&
    REPLICA_PROTOCOLS.includes(url.protocol) &&
    url.username !== "" &&
    url.hostname !== "" &&
    url.pathname.length > 1;
  // The address is not repeated: it holds a password.
  if (!complete) throw new CommandError("--replica takes mysql://user:password@host:port/database or postgres://….");
  return text;
}

/** Reads the command's options. @throws CommandError that says what an option takes */
export function parseDevOptions(args: readonly string[]): DevOptions & { readonly state: string | null } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string" },
      replica: { type: "string" },
      fresh: { type: "boolean", default: false },
      state: { type: "string" },
    },
  });
  return {
    port: values.port === undefined ? PORT_DEFAULT : parsePort(values.port),
    replica: values.replica === undefined ? null : parseReplica(values.replica),
    fresh: values.fresh,
    state: values.state ?? null,
  };
}
