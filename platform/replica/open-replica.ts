import { type Replica, ReplicaError } from "../../domain/sync/replica.ts";
import { openMysqlReplica } from "./mysql.ts";
import { openPostgresReplica } from "./postgres.ts";

/**
 * Connects to the replica in the dialect that its address names. The caller closes it: a connection must not outlive
 * the Workflow step that opened it.
 * @param connectionString `mysql://…`, `mariadb://…`, `postgres://…` or `postgresql://…`, as Hyperdrive gives it
 * @param statementSeconds the longest that one statement may run on the replica
 * @throws ReplicaError when the replica cannot be reached
 */
export async function openReplica(connectionString: string, statementSeconds: number): Promise<Replica> {
  const scheme = connectionString.slice(0, connectionString.indexOf(":"));
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
