import { shardOf } from "../../domain/hash.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import type { Totals } from "../../domain/ledger/totals.ts";
import type { InteractionLedger } from "../../durable-objects/interaction-ledger.ts";
import type { TestRuntime } from "../support/runtime.ts";
import type { Command } from "./ledger-worker.ts";

type Method = Exclude<keyof InteractionLedger, "totalsAsOf" | "countAsOf">;
type Calls = {
  readonly [M in Method]: InteractionLedger[M] extends (...args: infer Args) => infer Value
    ? (...args: Args) => Promise<Awaited<Value>>
    : never;
};

/** A shard as a test reaches it through `ledger-worker.ts`, where nothing stays referenced between two calls. */
export interface RemoteLedger extends Calls {
  /** All of the users' totals as of a moment, read in pages of so many rows. */
  readAsOf(asOf: number, rows?: number): Promise<Totals[]>;
  /** The sums of `countAsOf` over pages of so many rows. */
  countAllAsOf(asOf: number, rows?: number): Promise<Record<string, number>>;
  /** One call as it is given, right or wrong. */
  raw(method: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Lets every put into the lake take so long. */
  slowLake(milliseconds: number): Promise<void>;
  /** Rows written so far by this object since the runtime started. */
  written(): Promise<number>;
  sql(...statement: [string, ...unknown[]]): Promise<Record<string, unknown>[]>;
  evict(): Promise<void>;
}

const PAGE_ROWS = 1_000;

/** A shard of a runtime that was started with `ledger-worker.ts`. */
export function remoteLedger(runtime: TestRuntime, shard: number): RemoteLedger {
  const tell = async (command: Command): Promise<never> => {
    const { body } = await runtime.call("/test", { body: command });
    if (body.error !== undefined) throw new Error(body.error);
    return body.value as never;
  };
  const raw = (method: string, ...args: readonly unknown[]) => tell({ kind: "call", shard, method, args });
  const worker = () => runtime.harness.getWorker<Env>();
  const own: Partial<RemoteLedger> = {
    readAsOf: (asOf, rows = PAGE_ROWS) => tell({ kind: "read", shard, asOf, rows }),
    countAllAsOf: (asOf, rows = PAGE_ROWS) => tell({ kind: "count", shard, asOf, rows }),
    raw,
    slowLake: (milliseconds) => tell({ kind: "lake", shard, milliseconds }),
    written: () => tell({ kind: "written", shard }),
    async sql(...statement) {
      const storage = await worker().getDurableObjectStorage("INTERACTION_LEDGER", { name: ledgerName(shard) });
      return storage.exec(...statement);
    },
    evict: () => worker().evictDurableObject("INTERACTION_LEDGER", { name: ledgerName(shard) }),
  };
  return new Proxy(own, {
    get: (target, name) => Reflect.get(target, name) ?? ((...args: readonly unknown[]) => raw(String(name), ...args)),
  }) as RemoteLedger;
}

/** Names of a kind whose totals a shard keeps. */
export function namesOf(runtime: TestRuntime, shard: number, kind: "u:" | "c:", count: number): string[] {
  const shards = Number(runtime.env.LEDGER_SHARDS);
  const names: string[] = [];
  for (let n = 0; names.length < count; n++) {
    if (shardOf(`${kind}${shard}-${n}`, shards) === shard) names.push(`${kind}${shard}-${n}`);
  }
  return names;
}

/** What {@link RemoteLedger.countAllAsOf} must come to. */
export function countOf(totals: readonly Totals[]): Record<string, number> {
  const sum = (field: "purchases" | "quantity"): number => totals.reduce((total, row) => total + row[field], 0);
  return { rows: totals.length, purchases: sum("purchases"), quantity: sum("quantity") };
}
