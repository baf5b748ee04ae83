import type { DatabaseAddress } from "./address.ts";
import { openMysqlSession } from "./mysql-session.ts";
import { openPostgresSession } from "./postgres-session.ts";
import type { Session } from "./session.ts";

/** Connects in the dialect of the address. @throws CommandError that says why it cannot */
export function openSession(address: DatabaseAddress): Promise<Session> {
  return address.dialect === "mysql" ? openMysqlSession(address) : openPostgresSession(address);
}
