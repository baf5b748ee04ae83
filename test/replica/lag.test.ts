import { describe, expect, it } from "vitest";

import { mysqlLagSeconds, secondsBehind } from "../../platform/replica/mysql-lag.ts";
import { postgresLagSeconds } from "../../platform/replica/postgres-lag.ts";

const refuse = (): Promise<never> => Promise.reject(new Error("Access denied"));

describe("MySQL's lag", () => {
  it.each([
    ["no channel", [], null],
    ["MySQL since 8.0.22", [{ Seconds_Behind_Source: "7", Channel_Name: "" }], 7],
    ["MariaDB and older servers", [{ Seconds_Behind_Master: "0", Relay_Log_Space: "1" }], 0],
    ["several channels: the slowest counts", [{ Seconds_Behind_Source: "3" }, { Seconds_Behind_Source: "40" }], 40],
    ["replication that stands still", [{ Seconds_Behind_Source: "3" }, { Seconds_Behind_Source: null }], null],
    ["a status of some other form", [{ behind: 3 }], null],
    ["no status at all", "nothing", null],
  ])("is read from the status of %s", (_name, status, seconds) => {
    expect(secondsBehind(status)).toBe(seconds);
  });

  it("is asked for in the older word where the newer one is unknown", async () => {
    const asked: string[] = [];
    const query = (sql: string): Promise<unknown> => {
      asked.push(sql);
      return sql.includes("REPLICA") ? refuse() : Promise.resolve([{ Seconds_Behind_Master: "12" }]);
    };
    expect(await mysqlLagSeconds(query)).toBe(12);
    expect(asked).toEqual(["SHOW REPLICA STATUS", "SHOW SLAVE STATUS"]);
  });
});

describe.each([
  ["MySQL's", mysqlLagSeconds],
  ["PostgreSQL's", postgresLagSeconds],
])("%s lag", (_dialect, lagSeconds) => {
  it("is unknown to a user who may not ask, and no error", async () => {
    expect(await lagSeconds(refuse)).toBeNull();
  });
});

describe("PostgreSQL's lag", () => {
  it.each([
    ["a replica", [{ seconds: "2.250000" }], 2.25],
    ["a primary", [{ seconds: null }], null],
  ])("is in seconds on %s", async (_name, rows, seconds) => {
    expect(await postgresLagSeconds(() => Promise.resolve(rows))).toBe(seconds);
  });
});
