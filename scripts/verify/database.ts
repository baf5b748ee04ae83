import { readFileSync } from "node:fs";
import { join } from "node:path";

import mysql from "mysql2/promise";

/** Name of the database that the dump creates. */
const DATABASE = "classicmodels";

/** Loads the shop's dump and its ratings into a MySQL server. @returns the address of the filled database */
export async function loadDump(serverUrl: string, folder: string): Promise<string> {
  const connection = await mysql.createConnection({ uri: serverUrl, multipleStatements: true });
  try {
    await connection.query(readFileSync(join(folder, "classicmodels.sql"), "utf8"));
    await connection.query(`USE ${DATABASE}`);
    await connection.query(readFileSync(join(folder, "ratings.sql"), "utf8"));
  } finally {
    await connection.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
}

/** Runs one statement. */
export async function run(
  databaseUrl: string,
  statement: string,
  values: readonly (string | number)[] = [],
): Promise<unknown> {
  const connection = await mysql.createConnection({ uri: databaseUrl });
  try {
    const [rows] = await connection.execute(statement, [...values]);
    return rows;
  } finally {
    await connection.end();
  }
}

/** Codes of the products of which none is left. */
export async function soldOut(databaseUrl: string): Promise<Set<string>> {
  const rows = (await run(databaseUrl, "SELECT productCode FROM products WHERE quantityInStock <= 0")) as {
    productCode: string;
  }[];
  return new Set(rows.map((row) => row.productCode));
}
