import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeRecommendationId } from "../../domain/attribution/recommendation-id.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import { eventRow, EVENTS_TABLE } from "../../domain/lake/events-table.ts";
import { orderChangeRow, ORDERS_TABLE } from "../../domain/lake/orders-table.ts";
import { encodeLakeFile, ROW_GROUP_ROWS_MAX } from "../../platform/parquet/encode-lake-file.ts";
import { pseudonymizer } from "../../platform/pseudonym.ts";
import { queryDuckDb } from "./duckdb.ts";

const pseudonym = pseudonymizer("a secret of the test");
const RECOMMENDATION_ID = makeRecommendationId(
  {
    placement: "home",
    modelVersion: "m1",
    arm: null,
    shelves: [{ strategy: "similar", itemIds: ["S10_1678", "S18_2238"] }],
  },
  new Uint8Array(12).fill(7),
);
const AT = Date.UTC(2026, 10, 21, 10, 0, 0, 123);

function interaction(changes: Partial<Interaction> = {}): Interaction {
  return {
    event_id: "e-1",
    name: "view_item",
    shopper: "u:489",
    at: AT,
    received_at: AT + 5,
    items: [{ item_id: "S18_2238" }],
    params: {},
    ...changes,
  };
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-lake-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(interactions: readonly Interaction[]): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.parquet`);
  await writeFile(
    file,
    encodeLakeFile(
      EVENTS_TABLE,
      interactions.map((one) => eventRow(one, pseudonym)),
    ),
  );
  return file;
}

describe("a file of the lake, as DuckDB reads it", () => {
  it("holds what an event was, its times in UTC to the millisecond, and nobody's id", async () => {
    const file = await fileOf([
      interaction({
        shopper: "c:0123456789abcdef012345",
        session_id: "visit-1",
        country: "FR",
        recommendation_id: RECOMMENDATION_ID,
        items: [
          {
            item_id: "S18_2238",
            quantity: 2,
            price: 117.44,
            attribution: { recommendation_id: RECOMMENDATION_ID, rule: "explicit/1" },
          },
          { item_id: "élan 🚗" },
        ],
        params: { currency: "USD", coupon: "SUMMER", buyer: { email: "a@b.example", note: "write to a@b.example" } },
      }),
    ]);
    const [row] = await queryDuckDb(`SELECT *, hour(event_time) AS hour FROM '${file}'`);
    expect(row).toMatchObject({
      event_id: "e-1",
      event_time: "2026-11-21 10:00:00.123",
      received_at: "2026-11-21 10:00:00.128",
      hour: "10",
      shopper: pseudonym("c:0123456789abcdef012345"),
      shopper_kind: "client",
      session: pseudonym("s:visit-1"),
      country: "FR",
      recommendation_id: RECOMMENDATION_ID.slice(0, 16),
      currency: "USD",
      transaction_id: null,
      items: [
        {
          item_id: "S18_2238",
          quantity: 2,
          price: 117.44,
          recommendation_id: RECOMMENDATION_ID.slice(0, 16),
          rule: "explicit/1",
          placement: "home",
          strategy: "similar",
          model_version: "m1",
          arm: null,
          rank: "2",
        },
        { item_id: "élan 🚗", quantity: null, price: null, rule: null, rank: null },
      ],
      params: '{"coupon":"SUMMER","buyer":{"email":"[masked]","note":"[masked]"}}',
    });
    expect(JSON.stringify(row)).not.toContain("0123456789abcdef012345");
  });

  it("gives a row per item when its lists are unnested, also across events without items", async () => {
    const file = await fileOf([
      interaction({ event_id: "a", items: [] }),
      interaction({ event_id: "b", items: [{ item_id: "1", price: 2 }, { item_id: "2" }] }),
      interaction({ event_id: "c", items: [{ item_id: "3" }] }),
    ]);
    const rows = await queryDuckDb(`SELECT event_id, unnest(items, recursive := true) FROM '${file}'`);
    expect(rows.map(({ event_id, item_id, price }) => [event_id, item_id, price])).toEqual([
      ["b", "1", 2],
      ["b", "2", null],
      ["c", "3", null],
    ]);
  });

  it("has its columns, their types and what may be null from the table, whatever the rows hold: none, or only nulls", async () => {
    const schemas = await Promise.all(
      [[], [interaction()]].map(async (rows) => {
        const file = await fileOf(rows);
        expect(await queryDuckDb(`SELECT count(*) AS n FROM '${file}'`)).toEqual([{ n: String(rows.length) }]);
        return queryDuckDb(
          `SELECT name, type, repetition_type, converted_type, num_children FROM parquet_schema('${file}')`,
        );
      }),
    );
    expect(schemas[0]).toEqual(schemas[1]);
    expect(schemas[0]).toContainEqual({
      name: "rating",
      type: "DOUBLE",
      repetition_type: "OPTIONAL",
      converted_type: null,
      num_children: null,
    });
    expect(schemas[0]).toContainEqual(
      expect.objectContaining({ name: "event_id", type: "BYTE_ARRAY", repetition_type: "REQUIRED" }),
    );
  });

  it("says its table and version, and has row groups that DuckDB reads in parallel", async () => {
    const rows = Array.from({ length: ROW_GROUP_ROWS_MAX + 1 }, (_, number) =>
      orderChangeRow(
        {
          change_id: `0-${number}-0`,
          transaction_id: "10100",
          shopper: "u:363",
          item_id: "S18_1749",
          at: AT,
          date_only: true,
          changed_at: AT,
          source: "replica",
          orders: -1,
          purchases: -1,
          quantity: -30,
          revenue: -4080,
          revenue_apart: 0,
        },
        String,
      ),
    );
    const file = join(folder, "orders.parquet");
    await writeFile(file, encodeLakeFile(ORDERS_TABLE, rows));
    const groups = await queryDuckDb(
      `SELECT DISTINCT row_group_id, row_group_num_rows AS n, compression FROM parquet_metadata('${file}') ORDER BY 1`,
    );
    expect(groups).toEqual([
      { row_group_id: "0", n: String(ROW_GROUP_ROWS_MAX), compression: "SNAPPY" },
      { row_group_id: "1", n: "1", compression: "SNAPPY" },
    ]);
    const metadata = await queryDuckDb(
      `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata('${file}')`,
    );
    expect(metadata).toEqual([
      { key: "endcap.table", value: "orders" },
      { key: "endcap.schema_version", value: String(ORDERS_TABLE.version) },
    ]);
    expect(await queryDuckDb(`SELECT sum(purchases) AS n, any_value(rank) AS rank FROM '${file}'`)).toEqual([
      { n: String(-ROW_GROUP_ROWS_MAX - 1), rank: null },
    ]);
  });
});

describe("encodeLakeFile", () => {
  it("gives the same bytes for the same rows", () => {
    const rows = Array.from({ length: 500 }, (_, number) =>
      eventRow(interaction({ event_id: `e-${number}` }), pseudonym),
    );
    expect(encodeLakeFile(EVENTS_TABLE, rows)).toEqual(encodeLakeFile(EVENTS_TABLE, structuredClone(rows)));
  });

  it("refuses a null where the table has none", () => {
    const [row] = [eventRow(interaction(), pseudonym)];
    expect(() => encodeLakeFile(EVENTS_TABLE, [[null, ...row.slice(1)]])).toThrow("events.event_id must not be null");
  });
});
