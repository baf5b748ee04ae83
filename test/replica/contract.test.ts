import { describe } from "vitest";

import { configSchema } from "../../domain/config/schema.ts";
import { openHttpSource } from "../../platform/http-source/open-http-source.ts";
import { openReplica } from "../../platform/replica/open-replica.ts";
import { freePort } from "../../scripts/runtime/ports.ts";
import { TEST_SERVERS } from "../support/databases.ts";
import { startHttpApi } from "../support/http-api.ts";
import { CONTRACT_ROWS, CONTRACT_SECRET, CONTRACT_TABLE, itIsASource } from "./contract.ts";
import { literal, STATEMENT_SECONDS } from "./on-servers.ts";

describe.each(TEST_SERVERS)("a $dialect replica", ({ dialect, start }) => {
  itIsASource(async () => {
    const server = await start();
    if (server === null) return null;
    const database = await server.createDatabase();
    const time = dialect === "mysql" ? "datetime(6)" : "timestamp";
    await database.run(
      `CREATE TABLE ${CONTRACT_TABLE} (id bigint PRIMARY KEY, name varchar(40), price decimal(12,2), day date, changed ${time})`,
    );
    for (const row of CONTRACT_ROWS.toReversed()) {
      const values = Object.values(row).map((value) => literal(dialect, value));
      await database.run(`INSERT INTO ${CONTRACT_TABLE} VALUES (${values.join(", ")})`);
    }
    const source = await openReplica(database.url, STATEMENT_SECONDS);
    return {
      source,
      async readFromNowhere() {
        const away = new URL(database.url);
        away.port = "1";
        away.password = CONTRACT_SECRET;
        return (await openReplica(away.href, STATEMENT_SECONDS)).lagSeconds();
      },
      async stop() {
        await source.close();
        await server.stop();
      },
    };
  });
});

describe.each(["cursor", "link"] as const)("an API with %s paging", (paging) => {
  const { http } = configSchema.shape.source.shape;
  const cursor = { rows: "page.rows", paging: { kind: "cursor", next: "page.next" } };
  const configure = (url: string) =>
    http.unwrap().parse({ url, sinceParameter: "since", ...(paging === "cursor" ? cursor : {}) });

  itIsASource(async () => {
    const rows = CONTRACT_ROWS.map(
      ({ id, price, ...texts }) =>
        `{"id":${id},"name":${JSON.stringify(texts.name)},"price":${price},"day":${JSON.stringify(texts.day)},"changed":"${texts.changed}"}`,
    );
    const api = await startHttpApi({
      tables: { [CONTRACT_TABLE]: rows },
      paging,
      token: CONTRACT_SECRET,
      changed: "changed",
    });
    const sleep = (): Promise<void> => Promise.resolve();
    return {
      source: openHttpSource(configure(api.url), CONTRACT_SECRET, { sleep }),
      async readFromNowhere() {
        const nowhere = configure(`http://127.0.0.1:${await freePort()}/api`);
        return openHttpSource(nowhere, CONTRACT_SECRET, { sleep }).describe([CONTRACT_TABLE]);
      },
      stop: () => api.stop(),
    };
  });
});
