import mysql from "mysql2/promise";
import { Client } from "pg";

import type { TestServer } from "../../support/databases.ts";

export type Dialect = TestServer["dialect"];
export type Row = Readonly<Record<string, string | null>>;

/** A connection that may write: opening one per statement would take longer than the statement. */
export interface Writer {
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** Connects as the owner of the shop's database; every value is read as text. */
export async function openWriter(dialect: Dialect, url: string): Promise<Writer> {
  if (dialect === "mysql") {
    const connection = await mysql.createConnection({ uri: url, typeCast: (field) => field.string("utf8") });
    return {
      run: async (sql) => void (await connection.query(sql)),
      rows: async (sql) => (await connection.query<mysql.RowDataPacket[]>(sql))[0],
      close: () => connection.end(),
    };
  }
  const client = new Client({ connectionString: url, types: { getTypeParser: () => (value: unknown) => value } });
  await client.connect();
  return {
    run: async (sql) => void (await client.query(sql)),
    rows: async (sql) => (await client.query<Row>(sql)).rows,
    close: () => client.end(),
  };
}

const TABLES: readonly [name: string, columns: string][] = [
  ["customers", "id int PRIMARY KEY, country varchar(40), city varchar(40), tier int, email varchar(60)"],
  [
    "products",
    "code varchar(20) PRIMARY KEY, title varchar(60), category varchar(20), price decimal(10,2), stock int, color varchar(20), size varchar(20)",
  ],
  ["orders", "id int PRIMARY KEY, customer int, placed date"],
  [
    "order_lines",
    "order_id int, line int, product varchar(20), quantity int, price decimal(10,2), PRIMARY KEY (order_id, line)",
  ],
  ["ratings", "customer int, product varchar(20), stars int, PRIMARY KEY (customer, product)"],
];

/** Drops what a sequence has left and creates the shop's tables, empty. */
export async function resetShop(writer: Writer): Promise<void> {
  for (const [name, columns] of TABLES) {
    await writer.run(`DROP TABLE IF EXISTS ${name}`);
    await writer.run(`DROP TABLE IF EXISTS ${name}_away`);
    await writer.run(`CREATE TABLE ${name} (${columns})`);
  }
}
