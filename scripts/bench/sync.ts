import { createHash } from "node:crypto";

import mysql from "mysql2/promise";
import { Client } from "pg";

import { CONTROL_OBJECT_KEY, emptyControl } from "../../domain/control/control.ts";
import { MANIFEST_FILE, type ModelManifestInput, WEIGHTS_FILE } from "../../domain/models/manifest.ts";
import { writeSafetensors } from "../../domain/models/safetensors.ts";
import { startMariaDb } from "../servers/mariadb.ts";
import { startPostgres } from "../servers/postgres.ts";
import type { PrivateServer } from "../servers/private-server.ts";
import { startStep } from "../terminal/progress.ts";
import { type BenchRuntime, startBenchRuntime } from "./runtime.ts";
import type { RunCost } from "./sync/worker.ts";

const USERS = Number(process.env["ENDCAP_BENCH_USERS"] ?? 1_000_000);
const ITEMS = Math.round(USERS / 10);
/** The share of rows that change, in one range of keys. */
const CHANGED = 0.01;
const MODEL = "bench";
const CATEGORIES = 50;

interface Dialect {
  start(): Promise<PrivateServer | null>;
  /** Runs statements one after the other, as the owner. */
  run(url: string, statements: readonly string[]): Promise<void>;
  /** A table of the numbers 1 … n in a column `n`. */
  numbers(n: number): string;
}

const DIALECTS: Readonly<Record<"mysql" | "postgres", Dialect>> = {
  mysql: {
    start: startMariaDb,
    async run(url, statements) {
      const connection = await mysql.createConnection(url);
      try {
        for (const sql of statements) await connection.query(sql);
      } finally {
        await connection.end();
      }
    },
    numbers: (n) => `(SELECT seq AS n FROM seq_1_to_${n}) AS numbers`,
  },
  postgres: {
    start: startPostgres,
    async run(url, statements) {
      const client = new Client({ connectionString: url });
      await client.connect();
      try {
        for (const sql of statements) await client.query(sql);
      } finally {
        await client.end();
      }
    },
    numbers: (n) => `generate_series(1, ${n}) AS numbers (n)`,
  },
};

function shopStatements(numbers: (n: number) => string): string[] {
  return [
    `CREATE TABLE customers (id int PRIMARY KEY, country varchar(40), city varchar(40), postal_code varchar(12),
      segment int, credit_limit decimal(10,2), email varchar(60))`,
    `INSERT INTO customers SELECT n, CASE n % 4 WHEN 0 THEN 'France' WHEN 1 THEN 'USA' WHEN 2 THEN 'Japan' ELSE 'DE' END,
      concat('City ', n % 5000), concat('P', n % 9000), n % 12, n % 90000, concat('mail', n, '@shop.example') FROM ${numbers(USERS)}`,
    `CREATE TABLE products (code varchar(20) PRIMARY KEY, title varchar(70), category varchar(30), scale varchar(10),
      vendor varchar(40), description text, stock int, price decimal(10,2))`,
    `INSERT INTO products SELECT concat('P', lpad(concat(n, ''), 7, '0')), concat('Product number ', n), concat('Category ', n % ${CATEGORIES}),
      concat('1:', n % 99), concat('Vendor ', n % 700), concat('Description of product ', n, ', as long as a line of text is'),
      n % 900, (n % 20000) / 100.0 FROM ${numbers(ITEMS)}`,
  ];
}

/** Puts a small model in place, active: its item tower looks at the category. */
async function activateModel({ miniflare }: BenchRuntime): Promise<void> {
  const vocabulary = Array.from({ length: CATEGORIES }, (_, n) => `Category ${n}`);
  const values = Float32Array.from({ length: (CATEGORIES + 1) * 2 }, (_, n) => Math.sin(n));
  const weights = writeSafetensors(
    new Map([
      ["categories", { shape: [CATEGORIES + 1, 2], values }],
      ["countries", { shape: [2, 2], values: Float32Array.of(0, 1, 1, 0) }],
    ]),
  );
  const manifest: ModelManifestInput = {
    format: 1,
    version: MODEL,
    created_at: new Date().toISOString(),
    dimension: 2,
    metric: "dot",
    user_tower: {
      encoders: [{ kind: "category", feature: "country_code", vocabulary: ["FR"], table: "countries" }],
      layers: [],
      normalize: false,
    },
    item_tower: {
      encoders: [{ kind: "category", feature: "category", vocabulary, table: "categories" }],
      layers: [],
      normalize: false,
    },
    metrics: {},
    files: {
      [WEIGHTS_FILE]: { sha256: createHash("sha256").update(weights).digest("hex"), bytes: weights.byteLength },
    },
  };
  const models = await miniflare.getR2Bucket("MODELS");
  await models.put(`${MODEL}/${WEIGHTS_FILE}`, weights);
  await models.put(`${MODEL}/${MANIFEST_FILE}`, JSON.stringify(manifest));
  const control = { ...emptyControl(new Date()), model: { active: MODEL, previous: null } };
  await (await miniflare.getR2Bucket("RUNTIME")).put(CONTROL_OBJECT_KEY, JSON.stringify(control));
  const db = await miniflare.getD1Database("DB");
  await db
    .prepare(
      "INSERT INTO models (version, state, manifest, problems, indexed_through_run, published_at) VALUES (?, 'active', ?, '[]', 0, 0)",
    )
    .bind(MODEL, JSON.stringify(manifest))
    .run();
}

async function post<Answer>(runtime: BenchRuntime, path: string): Promise<Answer> {
  const response = await fetch(runtime.url + path, { method: "POST" });
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

async function benchDialect(name: keyof typeof DIALECTS): Promise<Record<string, unknown> | null> {
  const dialect = DIALECTS[name];
  const server = await dialect.start();
  if (server === null) return null;
  try {
    const step = startStep(`${name}: making ${USERS} users and ${ITEMS} items`);
    await dialect.run(server.url, ["CREATE DATABASE bench"]);
    const url = new URL(server.url);
    url.pathname = "/bench";
    await dialect.run(url.href, shopStatements(dialect.numbers));
    step.done();
    const runtime = await startBenchRuntime({
      main: "scripts/bench/sync/worker.ts",
      shop: "./scripts/bench/sync/shop-config.ts",
      replica: url.href,
    });
    try {
      await activateModel(runtime);
      return await measure(name, runtime, (statements) => dialect.run(url.href, statements));
    } finally {
      await runtime.close();
    }
  } finally {
    await server.close();
  }
}

async function measure(
  name: string,
  runtime: BenchRuntime,
  change: (statements: readonly string[]) => Promise<void>,
): Promise<Record<string, unknown>> {
  const timed = async <Answer>(what: string, path: string): Promise<Answer> => {
    const step = startStep(`${name}: ${what}`);
    const answer = await post<Answer>(runtime, path);
    step.done(JSON.stringify(answer));
    return answer;
  };
  const floors = [await timed<{ ms: number; rows: number }>("reading and doing nothing", "/bench/read")];
  const first = await timed<RunCost>("first run", "/bench/sync");
  floors.push(await timed("reading and doing nothing", "/bench/read"));
  const unchanged = await timed<RunCost>("nothing changed", "/bench/sync");
  const users = Math.round(USERS * CHANGED);
  const items = Math.round(ITEMS * CHANGED);
  await change([
    `UPDATE customers SET credit_limit = credit_limit + 1 WHERE id > ${USERS / 2} AND id <= ${USERS / 2 + users}`,
    `UPDATE products SET price = price + 1 WHERE code > 'P${String(ITEMS / 2).padStart(7, "0")}' AND code <= 'P${String(ITEMS / 2 + items).padStart(7, "0")}'`,
  ]);
  const changed = await timed<RunCost>(`${users} users and ${items} items changed`, "/bench/sync");
  await change([
    `DELETE FROM customers WHERE id > ${USERS / 4} AND id <= ${USERS / 4 + users}`,
    `DELETE FROM products WHERE code <= 'P${String(items).padStart(7, "0")}'`,
  ]);
  const deleted = await timed<RunCost>(`${users} users and ${items} items deleted`, "/bench/sync");
  const floor = Math.min(...floors.map(({ ms }) => ms));
  return {
    users: USERS,
    items: ITEMS,
    floor_ms: floor,
    first_to_floor: Number((first.reading_ms / floor).toFixed(2)),
    unchanged_to_floor: Number((unchanged.reading_ms / floor).toFixed(2)),
    changed_to_floor: Number((changed.reading_ms / floor).toFixed(2)),
    first,
    unchanged,
    changed,
    deleted,
  };
}

/**
 * A whole shop without change columns: the first run, one over unchanged rows, one after 1 % changed, one after 1 %
 * were deleted; beside each the time of reading the same rows with the same driver and doing nothing.
 */
export async function benchSync(): Promise<{ sync: Record<string, unknown> }> {
  const results: Record<string, unknown> = {};
  for (const name of ["mysql", "postgres"] as const) {
    const result = await benchDialect(name);
    if (result === null) console.error(`${name} is not installed here: left out.`);
    else results[name] = result;
  }
  return { sync: results };
}
