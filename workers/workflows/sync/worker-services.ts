import type { EndcapConfig } from "../../../domain/config/schema.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { openHttpSource } from "../../../platform/http-source/open-http-source.ts";
import { setAside } from "../../../platform/quarantine/set-aside.ts";
import { openReplica } from "../../../platform/replica/open-replica.ts";
import { bookOrders } from "./book-orders.ts";
import { erasedUsersAmong } from "./erased-users.ts";
import type { SyncServices } from "./services.ts";

/** What a run needs, from the Worker's bindings. */
export function workerServices(env: RuntimeEnv, config: EndcapConfig): SyncServices {
  return {
    db: env.DB,
    config,
    async openSource(via) {
      if (via === "replica") return openReplica(env.REPLICA.connectionString, config.sync.statementSeconds);
      const { http } = config.source;
      if (http === undefined) throw new Error("An entity is read by HTTP, and source.http is not configured.");
      return openHttpSource(http, env.SOURCE_HTTP_TOKEN === "" ? null : (env.SOURCE_HTTP_TOKEN ?? null));
    },
    keepAside: (source, records) => setAside(env, source, records),
    bookOrders: (orders, run) => bookOrders(env, orders, run),
    erasedAmong: (userIds) => erasedUsersAmong(env, userIds),
    now: () => new Date(),
    pause: (milliseconds) => scheduler.wait(milliseconds),
  };
}
