import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { z } from "zod";

import type { EndcapConfig } from "../../domain/config/schema.ts";
import { CommandError } from "../command.ts";

/** A customer as whom one may sign in at the demo shop. */
export interface SampleCustomer {
  readonly userId: string;
  /** What to call them: the place that they come from, or the id again. */
  readonly label: string;
}

/** Ids to try things with; null where a table is empty. */
export interface Samples {
  readonly userId: string | null;
  readonly itemId: string | null;
  readonly customers: readonly SampleCustomer[];
}

const ANSWER_MILLISECONDS = 5_000;
const SAMPLE_CUSTOMERS = 12;
/** Among these the sample customers are looked for, so that they come from many countries. */
const CUSTOMERS_READ = 200;

const idRowSchema = z.array(z.object({ id: z.coerce.string() }));
const customerRowSchema = z.array(
  z.object({ id: z.coerce.string(), city: z.string().nullish(), country: z.string().nullish() }),
);

/** Asks the replica one thing. */
type Query = (sql: string) => Promise<unknown>;
interface Connection {
  readonly quote: '"' | "`";
  readonly query: Query;
  close(): Promise<void>;
}

async function connectMysql(url: string): Promise<Connection> {
  const connection = await createConnection({ uri: url, connectTimeout: ANSWER_MILLISECONDS });
  return {
    quote: "`",
    query: async (sql) => (await connection.query({ sql, timeout: ANSWER_MILLISECONDS }))[0],
    close: async () => connection.destroy(),
  };
}

async function connectPostgres(url: string): Promise<Connection> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: ANSWER_MILLISECONDS,
    query_timeout: ANSWER_MILLISECONDS,
  });
  // A server that goes away later tells it here; unheard, it would end this process.
  client.on("error", () => undefined);
  await client.connect();
  return { quote: '"', query: async (sql) => (await client.query(sql)).rows, close: () => client.end() };
}

function quoted(name: string, quote: string): string {
  return name
    .split(".")
    .map((part) => quote + part.replaceAll(quote, quote + quote) + quote)
    .join(".");
}

async function firstId(connection: Connection, table: string, key: string): Promise<string | null> {
  const [from, id] = [quoted(table, connection.quote), quoted(key, connection.quote)];
  const rows = await connection.query(`SELECT ${id} AS id FROM ${from} WHERE ${id} IS NOT NULL ORDER BY ${id} LIMIT 1`);
  return idRowSchema.parse(rows)[0]?.id ?? null;
}

function inManyCountries(rows: z.infer<typeof customerRowSchema>): z.infer<typeof customerRowSchema> {
  const seen = new Set<string>();
  const isFirst = (country: string): boolean => !seen.has(country) && seen.add(country).has(country);
  const firsts = rows.filter(({ country }) => isFirst(country ?? ""));
  const others = rows.filter((row) => !firsts.includes(row));
  return [...firsts, ...others].slice(0, SAMPLE_CUSTOMERS);
}

/** @param hasPlaces whether the customers are made up: of a real shop's no more than the id is shown */
async function sampleCustomers(
  connection: Connection,
  { table, key, country, features }: EndcapConfig["source"]["users"],
  hasPlaces: boolean,
): Promise<SampleCustomer[]> {
  const name = (column: string): string => quoted(column, connection.quote);
  const columns = [`${name(key)} AS id`];
  if (hasPlaces && country !== undefined) columns.push(`${name(country)} AS country`);
  if (hasPlaces && features.includes("city")) columns.push(`${name("city")} AS city`);
  const rows = await connection.query(
    `SELECT ${columns.join(", ")} FROM ${name(table)} WHERE ${name(key)} IS NOT NULL ORDER BY ${name(key)} LIMIT ${CUSTOMERS_READ}`,
  );
  return inManyCountries(customerRowSchema.parse(rows)).map(({ id, city, country: from }) => ({
    userId: id,
    label: [city, from].filter(Boolean).join(", ") || id,
  }));
}

function reasonOf(error: unknown): string {
  // Node tries several addresses and wraps what each of them said.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

/**
 * Reads a user's and an item's id from the replica: which also shows that it answers and holds the configured tables.
 * @param isMadeUp whether it is the demo shop's, so that its customers may be shown with where they live
 * @throws CommandError when it does not answer within {@link ANSWER_MILLISECONDS}, refuses, or lacks a table
 */
export async function readSamples(url: string, config: EndcapConfig, isMadeUp = false): Promise<Samples> {
  const { protocol, host } = new URL(url);
  let connection: Connection;
  try {
    connection = await (protocol === "mysql:" ? connectMysql(url) : connectPostgres(url));
  } catch (error) {
    throw new CommandError(
      `The replica at ${host} cannot be reached (${reasonOf(error)}). Start it, or check --replica; without it a demo shop is used.`,
      { cause: error },
    );
  }
  const { users, items } = config.source;
  try {
    return {
      userId: await firstId(connection, users.table, users.key),
      itemId: await firstId(connection, items.table, items.key),
      customers: await sampleCustomers(connection, users, isMadeUp),
    };
  } catch (error) {
    throw new CommandError(
      `The replica at ${host} has not the tables that endcap.config.ts names (${reasonOf(error)}). Correct either.`,
      { cause: error },
    );
  } finally {
    await connection.close();
  }
}
