import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";

import {
  type Page,
  type PageRequest,
  type Position,
  ReplicaError,
  type Source,
  type SourceRow,
  type TableDescription,
} from "../../domain/sync/replica.ts";

/** The table that every source under test holds, and one that none of them does. */
export const CONTRACT_TABLE = "things";
const NO_TABLE = "nothing";

/** Its rows as text: `id` and `price` are numbers, all else is text or, where the source knows such, a date or time. */
export const CONTRACT_ROWS = [
  { id: "1", name: "größe 😀", price: "10.50", day: "2004-05-03", changed: "2026-11-21 09:00:01.000001" },
  { id: "2", name: null, price: null, day: null, changed: "2026-11-21 09:00:02.000001" },
  { id: "10", name: "", price: "-0.01", day: "1999-12-31", changed: "2026-11-21 09:00:10.000001" },
  { id: "11", name: `quote"'\`\\`, price: "0.00", day: "2026-01-01", changed: "2026-11-21 09:00:11.000001" },
  { id: "99", name: "a,b", price: "99999.99", day: "2026-01-02", changed: "2026-11-21 09:01:39.000001" },
  { id: "100", name: " padded ", price: "1.00", day: "2026-01-03", changed: "2026-11-21 09:01:40.000001" },
  {
    id: "9007199254740993",
    name: "null",
    price: "12345678.90",
    day: "2026-01-04",
    changed: "2026-11-21 10:00:00.123456",
  },
] as const satisfies readonly SourceRow[];
const COLUMNS = ["id", "name", "price", "day", "changed"] as const;

/** A secret that must not appear in any error. */
export const CONTRACT_SECRET = "very-secret-7f3a";

/** A source that holds the contract's table. */
export interface SourceUnderTest {
  readonly source: Source;
  /** Reads from a port that nobody listens on, with CONTRACT_SECRET as password or token. */
  readFromNowhere(): Promise<unknown>;
  stop(): Promise<void>;
}

const describedSchema = z.object({
  table: z.literal(CONTRACT_TABLE),
  columns: z.array(
    z.strictObject({
      name: z.string().min(1),
      type: z.string().min(1),
      kind: z.enum(["text", "number", "boolean", "date", "datetime", "uuid", "json", "binary"]),
      declared: z.string().min(1),
      nullable: z.boolean(),
      length: z.number().int().nullable(),
      default: z.string().nullable(),
      characterSet: z.string().nullable(),
    }),
  ),
  primaryKey: z.array(z.string()),
  rows: z.number().int().nonnegative(),
});

/** What Endcap relies on in whatever its rows come from. Every adapter passes it. */
export function itIsASource(start: () => Promise<SourceUnderTest | null>): void {
  let opened: SourceUnderTest | null = null;
  beforeAll(async () => {
    opened = await start();
  });
  afterAll(() => opened?.stop());
  const when = (name: string, body: (under: SourceUnderTest) => Promise<void>): void => {
    it(name, async (test) => {
      if (opened === null) return test.skip();
      await body(opened);
      return undefined;
    });
  };

  async function requestOf(source: Source, changes: Partial<PageRequest>): Promise<PageRequest> {
    const [table] = await source.describe([CONTRACT_TABLE]);
    if (table === undefined) return expect.fail("The table was not described.");
    return { table, columns: COLUMNS, order: ["id"], after: null, upto: null, from: null, limit: 100, ...changes };
  }

  async function pages(source: Source, changes: Partial<PageRequest>): Promise<Page[]> {
    const request = await requestOf(source, changes);
    const read: Page[] = [];
    let after: Position | null = null;
    do {
      const page: Page = await source.readPage({ ...request, after });
      read.push(page);
      after = page.next;
    } while (after !== null && read.length < 50);
    return read;
  }

  when("describes a table in full", async ({ source }) => {
    const described = await source.describe([CONTRACT_TABLE]);
    const [table] = z.tuple([describedSchema]).parse(described) satisfies TableDescription[];
    const kinds = new Map(table.columns.map(({ name, kind }) => [name, kind]));
    expect([...kinds.keys()]).toEqual(COLUMNS);
    expect([kinds.get("id"), kinds.get("name"), kinds.get("price")]).toEqual(["number", "text", "number"]);
    expect(table.rows).toBe(CONTRACT_ROWS.length);
  });

  when("leaves out tables that are not there", async ({ source }) => {
    expect(await source.describe([NO_TABLE])).toEqual([]);
    const described = await source.describe([NO_TABLE, CONTRACT_TABLE]);
    expect(described.map(({ table }) => table)).toEqual([CONTRACT_TABLE]);
  });

  when("gives every value as the text it has in the source, without losing a digit", async ({ source }) => {
    const { rows } = await source.readPage(await requestOf(source, {}));
    expect(rows).toEqual(CONTRACT_ROWS);
  });

  when("gives the columns that were asked for and no others", async ({ source }) => {
    const { rows } = await source.readPage(await requestOf(source, { columns: ["name"] }));
    expect(rows).toEqual(CONTRACT_ROWS.map(({ name }) => ({ name })));
  });

  when("pages through every row exactly once and ends, whatever the page size", async ({ source }) => {
    for (const limit of [1, 2, 3, CONTRACT_ROWS.length - 1, CONTRACT_ROWS.length, CONTRACT_ROWS.length + 1]) {
      const read = await pages(source, { limit });
      expect(read.flatMap(({ rows }) => rows)).toEqual(CONTRACT_ROWS);
      expect(read.at(-1)?.next).toBeNull();
      for (const { rows } of read) expect(rows.length).toBeLessThanOrEqual(limit);
    }
  });

  when("goes on from a position that was kept as JSON", async ({ source }) => {
    const request = await requestOf(source, { limit: 4 });
    const { next } = await source.readPage(request);
    const after = z.array(z.string()).parse(JSON.parse(JSON.stringify(next)));
    const { rows } = await source.readPage({ ...request, after });
    expect(rows).toEqual(CONTRACT_ROWS.slice(4));
  });

  when("reads only what changed from a time on", async ({ source }) => {
    const order = ["changed", "id"];
    const from = "2026-11-21 09:01:39";
    for (const limit of [1, 2, 100]) {
      const read = await pages(source, { order, from, limit });
      expect(read.flatMap(({ rows }) => rows)).toEqual(CONTRACT_ROWS.slice(4));
    }
    expect(await pages(source, { order, from: "2027-01-01 00:00:00" })).toEqual([{ rows: [], next: null }]);
  });

  when("does not say how far it is behind when it is a copy of nothing", async ({ source }) => {
    expect(await source.lagSeconds()).toBeNull();
  });

  when("says in one plain line that it cannot be reached, without its secret", async (under) => {
    const error = await under.readFromNowhere().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ReplicaError);
    expect(String(error)).toMatch(/cannot be read: [^\n]*ECONNREFUSED[^\n]*$/);
    expect(String(error)).not.toContain(CONTRACT_SECRET);
    expect((error as ReplicaError).schema).toBe(false);
  });
}
