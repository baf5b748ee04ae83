import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { configSchema } from "../../domain/config/schema.ts";
import { EXPORT_TABLES, filesOf } from "../../domain/exports/manifest.ts";
import { implicitRuleOf } from "../../domain/ratings/implied-rating.ts";
import endcap from "../../endcap.config.ts";
import { queryDuckDb } from "../lake/duckdb.ts";
import { describeColumns, DUCKDB_TYPES } from "./columns-union.ts";
import { ExportShop, type PulledExport } from "./export-shop.ts";
import {
  CLIENT,
  LAG_SECONDS,
  RUN_ID,
  STORY_ITEMS,
  STORY_USERS,
  STRANGER,
  storyRows,
  tellStory,
  TOLD_AT,
  CARRIED_AT,
  VIEWED_AT,
  RATED_AT,
} from "./export-story.ts";

const IMPLICIT_RULE = implicitRuleOf(configSchema.parse(endcap).ratings);
const WITH_TIMES = `SELECT * EXCLUDE (user_known_since, item_known_since)
    REPLACE (epoch_ms(last_interaction_at)::DOUBLE AS last_interaction_at, epoch_ms(rated_at)::DOUBLE AS rated_at)
  FROM TRAINING`;

type Row = Record<string, unknown>;

let shop: ExportShop;
let exported: PulledExport;
let raw: PulledExport;
let began: number;
/** A key with which exports can be made and read. */
let writer: string;
beforeAll(async () => {
  shop = await ExportShop.open();
  writer = await shop.runtime.addKey(["exports:write", "exports:read"]);
  await tellStory(shop);
  began = Date.now();
  exported = await shop.export({ csv: true });
  raw = await shop.export({ user_ids: "raw" });
}, 120_000);
afterAll(() => shop.close());

const order = (row: object): string => JSON.stringify([Reflect.get(row, "user_id"), Reflect.get(row, "item_id")]);
const sorted = <Some extends object>(rows: readonly Some[]): Some[] =>
  rows.toSorted((one, other) => (order(one) < order(other) ? -1 : 1));
/** Rows with the shop's ids in the place of pseudonyms. */
function named(rows: readonly Row[]): Row[] {
  const names = new Map(STORY_USERS.map(({ user_id: id }) => [shop.pseudonym(id), id]));
  return rows.map((row) => ({ ...row, user_id: names.get(String(row["user_id"])) }));
}

describe("an export", () => {
  it("has a row per user and item in `training`, with label, counts, and both's features", async () => {
    const rows = named(await exported.query(WITH_TIMES));
    expect(sorted(rows)).toEqual(sorted(storyRows(IMPLICIT_RULE, (value) => expect.closeTo(value))));
  });

  it("says since when user and item are known, which is later than what was done before", async () => {
    const known = `least(user_known_since, item_known_since) > last_interaction_at AS later, user_known_since < '${exported.manifest.as_of}'::TIMESTAMP AS past`;
    const rows = await exported.query(`SELECT DISTINCT ${known} FROM TRAINING WHERE last_interaction_at IS NOT NULL`);
    expect(rows).toEqual([{ later: true, past: true }]);
  });

  it("has in `ratings` what users gave, and nothing that is implied", async () => {
    const rows = named(await exported.query("SELECT * REPLACE (epoch_ms(rated_at)::DOUBLE AS rated_at) FROM RATINGS"));
    expect(sorted(rows)).toEqual([
      { user_id: "1", item_id: "A", rating: 4, rated_at: RATED_AT },
      { user_id: "2", item_id: "B", rating: 5, rated_at: TOLD_AT.getTime() },
      { user_id: "3", item_id: "B", rating: 2, rated_at: null },
    ]);
  });

  it("has in `users` and `items` all that are there, with their features", async () => {
    expect(sorted(named(await exported.query("SELECT * FROM USERS")))).toEqual(STORY_USERS);
    expect(sorted(await exported.query("SELECT * FROM ITEMS"))).toEqual(STORY_ITEMS);
  });

  it("has nothing of who never signed in, or does not consent", async () => {
    const { pseudonym } = await readPseudonyms();
    for (const table of EXPORT_TABLES.filter((table) => table !== "items")) {
      const found = await exported.query(`SELECT DISTINCT user_id FROM ${table.toUpperCase()}`);
      const ids = new Set(found.map((row) => String(row["user_id"])));
      for (const stranger of pseudonym) expect(ids).not.toContain(stranger);
      expect(ids.size).toBe(table === "users" ? 4 : 3);
    }
  });

  it("calls users as the lake does", async () => {
    const join = `SELECT DISTINCT t.user_id FROM TRAINING AS t JOIN ${shop.lakeEvents} AS e
      ON e.shopper = t.user_id AND list_contains(list_transform(e.items, lambda i: i.item_id), t.item_id)`;
    expect(
      named(await exported.query(join))
        .map((row) => String(row["user_id"]))
        .toSorted(),
    ).toEqual(["1", "2", "3"]);
  });
});

/** Shoppers of the lake who are no users: the client who signed in too, whose earlier rows keep its name. */
async function readPseudonyms(): Promise<{ pseudonym: string[] }> {
  const rows = await queryDuckDb(`SELECT DISTINCT shopper FROM ${shop.lakeEvents} WHERE shopper_kind <> 'user'`);
  expect(rows.length).toBe([CLIENT, STRANGER, "one-off"].length);
  return { pseudonym: rows.map((row) => String(row["shopper"])) };
}

describe("its files", () => {
  it("have the columns that the manifest says, with their types", async () => {
    for (const table of EXPORT_TABLES) {
      const told = exported.manifest.tables[table].columns.map(({ name, type }) => [name, DUCKDB_TYPES[type]]);
      const found = await describeColumns(`read_parquet('${exported.folder}/${table}/part-*.parquet')`);
      expect(Object.entries(found)).toEqual(told);
    }
    const found = await describeColumns(`read_parquet('${exported.folder}/training/part-*.parquet')`);
    expect(found).toMatchObject({
      user_id: "VARCHAR",
      rating: "DOUBLE",
      views: "BIGINT",
      quantity: "DOUBLE",
      rated_at: "TIMESTAMP",
      user_known_since: "TIMESTAMP",
      user_creditLimit: "DOUBLE",
      user_vip: "BOOLEAN",
      item_scale: "VARCHAR",
    });
  });

  it.each(EXPORT_TABLES)("hold the same rows of `%s` as CSV", async (table) => {
    const { columns } = exported.manifest.tables[table];
    const types = columns.map(({ name, type }) => `'${name}': '${DUCKDB_TYPES[type]}'`).join(", ");
    const options = `header = true, allow_quoted_nulls = false, columns = {${types}}`;
    const csv = `(SELECT * FROM read_csv('${exported.folder}/${table}/part-*.csv', ${options}))`;
    const parquet = `(SELECT * FROM read_parquet('${exported.folder}/${table}/part-*.parquet'))`;
    expect(await queryDuckDb(`${csv} EXCEPT ALL ${parquet}`)).toEqual([]);
    expect(await queryDuckDb(`${parquet} EXCEPT ALL ${csv}`)).toEqual([]);
    const { parts, csv: csvParts } = exported.manifest.tables[table];
    expect(csvParts?.map(({ rows }) => rows)).toEqual(parts.map(({ rows }) => rows));
  });
});

describe("its manifest", () => {
  it("says what was exported, from what, and how ratings came to be", () => {
    const { manifest } = exported;
    const rows = EXPORT_TABLES.map((table) => [table, manifest.tables[table].rows]);
    expect(Object.fromEntries(rows)).toEqual({ training: 6, ratings: 3, users: 4, items: 4 });
    expect(manifest).toMatchObject({
      historic: false,
      user_ids: "pseudonym",
      time_range: { first: VIEWED_AT.toISOString(), last: TOLD_AT.toISOString() },
      rating_rule: { explicit: "explicit/1", implicit: IMPLICIT_RULE, config: configSchema.parse(endcap).ratings },
      left_out: { without_rating: 0, gone_users: 0 },
      source: { ledger_shards: 16, sync: { run_id: RUN_ID, lag_seconds: LAG_SECONDS } },
      features: [{ entity: "users", name: "city", kind: "text", state: "active", was: null, null_share: null }],
      drift: null,
    });
    expect(TOLD_AT.getTime()).toBeGreaterThan(CARRIED_AT.getTime());
    expect(Date.parse(manifest.as_of)).toBeGreaterThanOrEqual(began);
    expect(Date.parse(manifest.as_of)).toBeLessThan(Date.now());
    // Files and their hashes were compared when they were fetched.
    expect(filesOf(manifest)).toHaveLength(2 * EXPORT_TABLES.length);
  });

  it("of the next one says that nothing is different but what is", () => {
    expect(raw.manifest.drift).toMatchObject({
      since: exported.manifest.id,
      columns: [],
      rows: { training: { before: 6, after: 6 } },
      null_shares: [],
      source_changes: [],
    });
    expect(filesOf(raw.manifest)).toHaveLength(EXPORT_TABLES.length);
  });
});

it("with raw ids has the shop's own everywhere, and says so", async () => {
  expect(raw.manifest.user_ids).toBe("raw");
  const rows = await raw.query(WITH_TIMES);
  expect(sorted(rows)).toEqual(sorted(storyRows(IMPLICIT_RULE, (value) => expect.closeTo(value))));
  const ids = await raw.query("SELECT user_id FROM RATINGS UNION ALL SELECT user_id FROM USERS");
  expect(ids.map((row) => String(row["user_id"])).toSorted()).toEqual(["1", "1", "2", "2", "3", "3", "4"]);
  const [hash] = STORY_USERS.map(({ user_id: id }) => shop.pseudonym(id));
  expect(JSON.stringify(await raw.query("SELECT * FROM TRAINING"))).not.toContain(hash);
});

it("with raw ids is made only for who may read them", async () => {
  const before = (await shop.runtime.call("/v1/exports")).body;
  const refused = await shop.runtime.call("/v1/exports", { key: writer, body: { user_ids: "raw" } });
  expect(refused).toMatchObject({ status: 403, body: { error: { code: "insufficient_scope" } } });
  expect((await shop.runtime.call("/v1/exports")).body).toEqual(before);
});

it("is told of by the API, newest first", async () => {
  const { body } = await shop.runtime.call("/v1/exports");
  const told = ({ manifest }: PulledExport) => ({
    id: manifest.id,
    state: "complete",
    trigger: "api",
    as_of: manifest.as_of,
    rows: 6 + 3 + 4 + 4,
    bytes: filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
    user_ids: manifest.user_ids,
    error: null,
  });
  expect(body.data).toMatchObject([told(raw), told(exported)]);
  const { body: one } = await shop.runtime.call(`/v1/exports/${exported.manifest.id}`);
  expect(one).toMatchObject({ ...told(exported), manifest: exported.manifest });
});
