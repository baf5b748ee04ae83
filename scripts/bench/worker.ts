import { DurableObject } from "cloudflare:workers";

import type { InteractionMessage } from "../../domain/events/interaction.ts";
import type { StoredVector } from "../../domain/models/vector-index.ts";
import { shardOf } from "../../domain/hash.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";
import { SERVED_HEADER } from "./served-header.ts";

export * from "../../workers/index.ts";

interface BenchEnv extends RuntimeEnv {
  readonly BENCH_FLOOR: DurableObjectNamespace<BenchFloor>;
}

/**
 * The least that an answer with a session must cost: one Durable Object that reads one stored value. Everything that
 * Endcap does beyond this is what the bench's ratio shows.
 */
export class BenchFloor extends DurableObject {
  /** Stores a value of a session's size. */
  write(text: string): void {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, value TEXT NOT NULL)");
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO floor VALUES (1, ?)", text);
  }

  /** Reads it back. */
  read(): string {
    return this.ctx.storage.sql.exec<{ value: string }>("SELECT value FROM floor WHERE id = 1").one().value;
  }
}

const answers = new Map<number, string>();

/** A constant JSON text of exactly `bytes` bytes. */
function answerOf(bytes: number): string {
  let answer = answers.get(bytes);
  if (answer === undefined) {
    answer = JSON.stringify({ filler: "x".repeat(Math.max(0, bytes - '{"filler":""}'.length)) });
    answers.set(bytes, answer);
  }
  return answer;
}

async function floor(url: URL, env: BenchEnv): Promise<Response> {
  const object = env.BENCH_FLOOR.getByName(url.searchParams.get("shopper") ?? "");
  const stored = await object.read();
  if (stored === "") return new Response(null, { status: 500 });
  return new Response(answerOf(Number(url.searchParams.get("bytes"))), {
    headers: { "content-type": "application/json" },
  });
}

async function prepare(request: Request, env: BenchEnv): Promise<Response> {
  const { floors, vectors } = await request.json<{
    floors?: { names: string[]; value: string };
    vectors?: StoredVector[];
  }>();
  if (floors !== undefined) {
    await Promise.all(floors.names.map((name) => env.BENCH_FLOOR.getByName(name).write(floors.value)));
  }
  if (vectors !== undefined) await env.VECTOR_INDEX.upsert(vectors);
  return Response.json({ ok: true });
}

/** A search, or without a vector the size of the index. */
async function query(request: Request, env: BenchEnv): Promise<Response> {
  const { vector, ...options } = await request.json<{ vector?: number[]; topK?: number; namespace?: string }>();
  if (vector === undefined) return Response.json({ count: (await env.VECTOR_INDEX.describe()).vectorCount });
  return Response.json({ matches: (await env.VECTOR_INDEX.query(vector, options)).matches.length });
}

/** How many of these events the ledger does not have; `shoppers[n]` is whose `ids[n]` is. */
async function missing(request: Request, env: BenchEnv): Promise<Response> {
  const { ids, shoppers } = await request.json<{ ids: string[]; shoppers: string[] }>();
  const byShard = new Map<number, string[]>();
  ids.forEach((id, position) => {
    const shard = shardOf(shoppers[position] ?? "", Number(env.LEDGER_SHARDS));
    byShard.set(shard, [...(byShard.get(shard) ?? []), id]);
  });
  const answers = await Promise.all(
    [...byShard].map(([shard, some]) => env.INTERACTION_LEDGER.getByName(`shard-${shard}`).missing(some)),
  );
  return Response.json({ missing: answers.flat().length });
}

let unsavedEnv: (BenchEnv & { readonly SERVED: "off" }) | null = null;

/** The bindings of a request whose answer is not saved, made once: making them is nothing that a deployment pays. */
function envWithoutSaving(env: BenchEnv): BenchEnv {
  unsavedEnv ??= { ...env, SERVED: "off" };
  return unsavedEnv;
}

/** The Worker as it is deployed, and beside it what the bench compares it with. */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (url.pathname === "/bench/floor") return floor(url, env);
    if (url.pathname === "/bench/prepare") return prepare(request, env);
    if (url.pathname === "/bench/query") return query(request, env);
    if (url.pathname === "/bench/missing") return missing(request, env);
    const isUnsaved = request.headers.get(SERVED_HEADER) === "off";
    return worker.fetch(request, isUnsaved ? envWithoutSaving(env) : env, context);
  },
} satisfies ExportedHandler<BenchEnv, InteractionMessage>;
