import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type EmbeddedReplica, startEmbeddedReplica } from "../../scripts/embedded-replica/embedded-replica.ts";
import { eventually } from "../support/runtime.ts";

const SIZES = { customers: 20, products: 30, seed: 3 };

let folder: string;
let replica: EmbeddedReplica;
const progress: [done: number, total: number][] = [];

async function connect(url = replica.url): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

async function countOf(table: string, url = replica.url): Promise<number> {
  const client = await connect(url);
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  await client.end();
  return rows[0]?.count ?? -1;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "endcap-replica-"));
  // What a start that was killed while it filled the database leaves behind.
  await mkdir(join(folder, "data"));
  await writeFile(join(folder, "data", "PG_VERSION"), "half");
  replica = await startEmbeddedReplica({
    folder,
    port: 0,
    ...SIZES,
    onProgress: (done, total) => progress.push([done, total]),
  });
});
afterAll(async () => {
  await replica.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the embedded replica", () => {
  it("makes the shop on its first start, over what a broken start left, and says how far it is", async () => {
    expect(await countOf("customers")).toBe(SIZES.customers);
    expect(await countOf("products")).toBe(SIZES.products);
    const total = progress.at(-1)?.[1] ?? 0;
    expect(progress.map(([done]) => done)).toEqual(Array.from({ length: total }, (_, position) => position + 1));
  });

  it("serves several connections at once, each with its own answers", async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => connect()));
    const answers = await Promise.all(
      clients.map(async (client, number) => {
        const seen: unknown[] = [];
        for (let turn = 0; turn < 20; turn++) {
          const { rows } = await client.query<{ n: number }>(`SELECT $1::int AS n, ${number} AS c${number}`, [turn]);
          seen.push(rows[0]);
        }
        return seen;
      }),
    );
    for (const [number, seen] of answers.entries()) {
      expect(seen).toEqual(Array.from({ length: 20 }, (_, turn) => ({ n: turn, [`c${number}`]: number })));
    }
    await Promise.all(clients.map((client) => client.end()));
  });

  it("keeps read-only transactions and their time limits to themselves", async () => {
    const [reader, other] = await Promise.all([connect(), connect()]);
    await reader.query("BEGIN READ ONLY");
    await reader.query("SET LOCAL statement_timeout = 2000");
    const waiting = other.query<{ statement_timeout: string }>("SHOW statement_timeout");
    expect((await reader.query("SHOW statement_timeout")).rows).toEqual([{ statement_timeout: "2s" }]);
    await expect(reader.query("CREATE TABLE forbidden (id int)")).rejects.toThrow(/read-only transaction/);
    await reader.query("ROLLBACK");
    expect((await waiting).rows).toEqual([{ statement_timeout: "0" }]);
    await Promise.all([reader.end(), other.end()]);
  });

  it("goes on after a client that left in the middle of a transaction", async () => {
    const rude = await connect();
    await rude.query("BEGIN");
    await rude.query("DELETE FROM ratings");
    await rude.end();
    expect(await countOf("ratings")).toBeGreaterThan(0);
  });

  it("says why it cannot start on a taken port", async () => {
    const port = Number(new URL(replica.url).port);
    const elsewhere = await mkdtemp(join(tmpdir(), "endcap-replica-"));
    await expect(startEmbeddedReplica({ folder: elsewhere, port, ...SIZES })).rejects.toThrow(/EADDRINUSE/);
    await rm(elsewhere, { recursive: true, force: true });
  });

  it("ends when the process that started it is killed outright", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "endcap-replica-"));
    const parent = spawn(process.execPath, [join(import.meta.dirname, "replica-parent.ts"), elsewhere]);
    const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
    parent.kill("SIGKILL");
    await eventually(() => Promise.resolve(!isRunning(Number(line))), 30_000);
    await rm(elsewhere, { recursive: true, force: true });
    // Two processes start, and one makes a database: seconds when idle, more beside other tests.
  }, 60_000);

  it("keeps what was written, whether its process ended or was killed", async () => {
    const client = await connect();
    await client.query(`UPDATE products SET "quantityInStock" = 4711`);
    await client.end();
    await replica.close();
    progress.length = 0;
    const start = () =>
      startEmbeddedReplica({ folder, port: 0, ...SIZES, onProgress: (done, total) => progress.push([done, total]) });
    replica = await start();
    expect(await countOf(`products WHERE "quantityInStock" = 4711`)).toBe(SIZES.products);
    process.kill(replica.pid, "SIGKILL");
    await replica.close();
    replica = await start();
    expect(await countOf(`products WHERE "quantityInStock" = 4711`)).toBe(SIZES.products);
    expect(progress).toEqual([]);
  });
});
