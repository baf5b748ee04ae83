import { type DatabaseSource, ReplicaError } from "../../domain/sync/replica.ts";
import { openMysqlReplica } from "./mysql.ts";
import { openPostgresReplica } from "./postgres.ts";

/**
 * Connects to the replica in the dialect that its address names. The caller closes it: a connection must not outlive
 * the Workflow step that opened it.
 * @param connectionString `mysql://…`, `mariadb://…`, `postgres://…` or `postgresql://…`, as Hyperdrive gives it
 * @param statementSeconds the longest that one statement may run on the replica
 * @throws ReplicaError when the replica cannot be reached
 */
export async function openReplica(connectionString: string, statementSeconds: number): Promise<DatabaseSource> {
  // Told apart here: a parser's own error repeats the address, and with it the password.
  const [scheme] = /^[a-z]+(?=:\/\/)/.exec(connectionString) ?? [];
  if (scheme === undefined || !URL.canParse(connectionString)) {
    throw new ReplicaError("The replica's address is no address: it begins with mysql:// or postgres://.");
  }
  switch (scheme) {
    case "mysql":
    case "mariadb":
      return openMysqlReplica(connectionString, statementSeconds);
    case "postgres":
    case "postgresql":
      return openPostgresReplica(connectionString, statementSeconds);
    default:
      throw new ReplicaError(`The replica's address begins with "${scheme}:"; mysql: and postgres: can be read.`);
  }
}
