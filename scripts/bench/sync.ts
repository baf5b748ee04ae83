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
import { median } from "./load.ts";
import { MemoryRecord, workerdPid } from "./memory.ts";
import { type BenchRuntime, startBenchRuntime } from "./runtime.ts";
import type { RunCost } from "./sync/worker.ts";

const USERS = Number(process.env["ENDCAP_BENCH_USERS"] ?? 1_000_000);
/** Items per user, and the share of the shop that memory is compared with. */
const TENTH = 10;
/** The share of rows that change, in one range of keys. */
const CHANGED = 0.01;
const MODEL = "bench";
const CATEGORIES = 50;

interface Dialect {
  readonly start: () => Promise<PrivateServer | null>;
  /** Runs statements one after the other, as the owner. */
  readonly run: (url: string, statements: readonly string[]) => Promise<void>;
  /** A table of the numbers 1 … n in a column `n`. */
  readonly numbers: (n: number) => string;
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

interface ShopSize {
  readonly users: number;
  readonly items: number;
}

function sizeOf(users: number): ShopSize {
  return { users, items: Math.round(users / TENTH) };
}

function shopStatements(numbers: Dialect["numbers"], { users, items }: ShopSize): string[] {
  return [
    `CREATE TABLE customers (id int PRIMARY KEY, country varchar(40), city varchar(40), postal_code varchar(12),
      segment int, credit_limit decimal(10,2), email varchar(60))`,
    `INSERT INTO customers SELECT n, CASE n % 4 WHEN 0 THEN 'France' WHEN 1 THEN 'USA' WHEN 2 THEN 'Japan' ELSE 'DE' END,
      concat('City ', n % 5000), concat('P', n % 9000), n % 12, n % 90000, concat('mail', n, '@shop.example') FROM ${numbers(users)}`,
    `CREATE TABLE products (code varchar(20) PRIMARY KEY, title varchar(70), category varchar(30), scale varchar(10),
      vendor varchar(40), description text, stock int, price decimal(10,2))`,
    `INSERT INTO products SELECT concat('P', lpad(concat(n, ''), 7, '0')), concat('Product number ', n), concat('Category ', n % ${CATEGORIES}),
      concat('1:', n % 99), concat('Vendor ', n % 700), concat('Description of product ', n, ', as long as a line of text is'),
      n % 900, (n % 20000) / 100.0 FROM ${numbers(items)}`,
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

interface DialectResult extends ShopSize {
  readonly floor_ms: number;
  /** The whole first run, vectors and snapshot included, against reading the same rows and doing nothing. */
  readonly first_to_floor: number;
  readonly unchanged_to_floor: number;
  readonly changed_to_floor: number;
  readonly deleted_to_floor: number;
  /** Memory that the first reading took, MiB, and the same for a tenth of the shop; null where /proc does not tell. */
  readonly memory_mib: number | null;
  readonly memory_mib_for_a_tenth: number | null;
  readonly runs: Readonly<Record<string, RunCost>>;
}

/** What is measured on one database: its own runtime, and a way to change the shop. */
interface Bench {
  readonly name: string;
  readonly size: ShopSize;
  readonly runtime: BenchRuntime;
  readonly change: (statements: readonly string[]) => Promise<void>;
}

async function withShop<Result>(
  name: keyof typeof DIALECTS,
  server: PrivateServer,
  size: ShopSize,
  work: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  const dialect = DIALECTS[name];
  const step = startStep(`${name}: making ${size.users} users and ${size.items} items`);
  const database = `bench_${size.users}`;
  await dialect.run(server.url, [`CREATE DATABASE ${database}`]);
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  await dialect.run(url.href, shopStatements(dialect.numbers, size));
  step.done();
  const runtime = await startBenchRuntime({
    main: "scripts/bench/sync/worker.ts",
    shop: "./scripts/bench/sync/shop-config.ts",
    replica: url.href,
  });
  try {
    await activateModel(runtime);
    return await work({ name, size, runtime, change: (statements) => dialect.run(url.href, statements) });
  } finally {
    await runtime.close();
  }
}

async function timed<Answer>({ name, runtime }: Bench, what: string, path: string): Promise<Answer> {
  const step = startStep(`${name}: ${what}`);
  const answer = await post<Answer>(runtime, path);
  step.done();
  return answer;
}

/** The first run, and how much memory its reading took. */
async function firstRun(bench: Bench): Promise<{ cost: RunCost; memory: number | null }> {
  const pid = await workerdPid();
  const record = pid === null ? null : new MemoryRecord(pid);
  const cost = await timed<RunCost>(bench, "first run", "/bench/sync");
  await record?.stop();
  return { cost, memory: record?.growth(cost.reading_ms) ?? null };
}

function itemCode(n: number): string {
  return `P${String(n).padStart(7, "0")}`;
}

function total({ reading_ms, vectors_ms, catalogue_ms }: RunCost): number {
  return reading_ms + vectors_ms + catalogue_ms;
}

async function measure(bench: Bench, memoryForTenth: number | null): Promise<DialectResult> {
  const { size, change } = bench;
  const read = (): Promise<{ ms: number }> => timed(bench, "reading and doing nothing", "/bench/read");
  const floors = [await read()];
  const { cost: first, memory } = await firstRun(bench);
  floors.push(await read());
  const unchanged = await timed<RunCost>(bench, "nothing changed", "/bench/sync");
  const users = Math.round(size.users * CHANGED);
  const items = Math.round(size.items * CHANGED);
  const [firstUser, firstItem] = [size.users / 2, size.items / 2];
  await change([
    `UPDATE customers SET credit_limit = credit_limit + 1 WHERE id > ${firstUser} AND id <= ${firstUser + users}`,
    `UPDATE products SET price = price + 1 WHERE code > '${itemCode(firstItem)}' AND code <= '${itemCode(firstItem + items)}'`,
  ]);
  const changed = await timed<RunCost>(bench, `${users} users and ${items} items changed`, "/bench/sync");
  await change([
    `DELETE FROM customers WHERE id > ${size.users / 4} AND id <= ${size.users / 4 + users}`,
    `DELETE FROM products WHERE code <= '${itemCode(items)}'`,
  ]);
  const deleted = await timed<RunCost>(bench, `${users} users and ${items} items deleted`, "/bench/sync");
  floors.push(await read());
  const floor = median(floors.map(({ ms }) => ms));
  const ratio = (cost: RunCost): number => Number((total(cost) / floor).toFixed(2));
  return {
    ...size,
    floor_ms: floor,
    first_to_floor: ratio(first),
    unchanged_to_floor: ratio(unchanged),
    changed_to_floor: ratio(changed),
    deleted_to_floor: ratio(deleted),
    memory_mib: memory,
    memory_mib_for_a_tenth: memoryForTenth,
    runs: { first, unchanged, changed, deleted },
  };
}

async function benchDialect(name: keyof typeof DIALECTS): Promise<DialectResult | null> {
  const server = await DIALECTS[name].start();
  if (server === null) return null;
  try {
    const tenth = await withShop(name, server, sizeOf(Math.round(USERS / TENTH)), firstRun);
    return await withShop(name, server, sizeOf(USERS), (bench) => measure(bench, tenth.memory));
  } finally {
    await server.close();
  }
}

/**
 * A whole shop without change columns: the first run, one over unchanged rows, one after 1 % changed, one after 1 %
 * were deleted; against the time of reading the same rows with the same driver and doing nothing.
 */
export async function benchSync(): Promise<{ sync: Readonly<Record<string, DialectResult>> }> {
  const results: Record<string, DialectResult> = {};
  for (const name of ["mysql", "postgres"] as const) {
    const result = await benchDialect(name);
    if (result === null) console.error(`${name} is not installed here: left out.`);
    else results[name] = result;
  }
  return { sync: results };
}
