import { InteractionLedger as RealLedger } from "../../durable-objects/interaction-ledger.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";
import { groupByLedger, ledgerName, orderShardOf } from "../../domain/ledger/routing.ts";
import { TOTALS_COLUMNS, type TotalsKey } from "../../domain/ledger/totals-as-of.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { createRandom } from "../../scripts/random.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

/** What becomes of a call to the outside. */
type Fate = "passes" | "fails before" | "fails after" | "dies before" | "dies after";
const TROUBLES: readonly Fate[] = ["fails before", "fails after", "dies before", "dies after"];

// Of the isolate, which outlives its objects.
let random: () => number = () => 1;
let rate = 0;
const met: Record<string, number> = {};

function fateOf(call: string): Fate {
  if (random() >= rate) return "passes";
  const fate = TROUBLES[Math.floor(random() * TROUBLES.length)] ?? "passes";
  met[`${call} ${fate}`] = (met[`${call} ${fate}`] ?? 0) + 1;
  return fate;
}

/** The same function, which now and then fails, or takes its object down, before or after it has done its work. */
function troubled<Args extends unknown[], Value>(
  state: DurableObjectState,
  call: string,
  work: (...args: Args) => Promise<Value>,
): (...args: Args) => Promise<Value> {
  return async (...args) => {
    const fate = fateOf(call);
    if (fate === "fails before") throw new Error("failed before it was done");
    if (fate === "dies before") state.abort("died before it was done");
    const value = await work(...args);
    if (fate === "fails after") throw new Error("failed after it was done");
    if (fate === "dies after") state.abort("died after it was done");
    return value;
  };
}

function troubledEnv(state: DurableObjectState, env: RuntimeEnv): RuntimeEnv {
  const over = <Target extends object>(target: Target, methods: Partial<Record<keyof Target, unknown>>): Target =>
    new Proxy(target, {
      get(inner, property) {
        if (Object.hasOwn(methods, property)) return methods[property as keyof Target];
        const value: unknown = Reflect.get(inner, property, inner);
        return typeof value === "function" ? (value.bind(inner) as unknown) : value;
      },
    });
  return {
    ...env,
    DB: over(env.DB, { batch: troubled(state, "D1", (statements: D1PreparedStatement[]) => env.DB.batch(statements)) }),
    LAKE: over(env.LAKE, {
      put: troubled(state, "R2", (key: string, value: ArrayBuffer) => env.LAKE.put(key, value)),
    }),
    INTERACTION_LEDGER: over(env.INTERACTION_LEDGER, {
      getByName: (name: string) => {
        const ledger = env.INTERACTION_LEDGER.getByName(name);
        const receive = troubled(state, "shard", async (...args: Parameters<RealLedger["receive"]>) => {
          await ledger.receive(...args);
        });
        return { receive };
      },
    }),
  };
}

/** The ledger, among outages and deaths as they are asked for. */
export class InteractionLedger extends RealLedger {
  constructor(state: DurableObjectState, env: RuntimeEnv) {
    super(state, troubledEnv(state, env));
  }

  /** Loses everything that is only in memory. */
  die(): void {
    this.ctx.abort("died between two calls");
  }
}

/** One thing to do with the ledgers, done again until it succeeds: that is what queues, sessions and the sync do. */
export type LedgerStep =
  | { readonly kind: "append"; readonly interactions: readonly Interaction[] }
  | { readonly kind: "orders"; readonly orders: readonly ReplicaOrder[] }
  | { readonly kind: "flush"; readonly shard: number }
  | { readonly kind: "die"; readonly shard: number };

/** Steps, one after the other, in which this share of what the ledgers call goes wrong. */
export interface LedgerDrive {
  readonly seed: number;
  readonly rate: number;
  readonly steps: readonly LedgerStep[];
}

const ATTEMPTS_MAX = 60;

async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === ATTEMPTS_MAX) throw error;
      // An object that has just died may still hold its file.
      await scheduler.wait(attempt);
    }
  }
}

async function take(step: LedgerStep, env: RuntimeEnv): Promise<void> {
  const shards = Number(env.LEDGER_SHARDS);
  const ledgers = env.INTERACTION_LEDGER as unknown as DurableObjectNamespace<InteractionLedger>;
  switch (step.kind) {
    case "append":
      for (const [name, some] of groupByLedger(step.interactions, shards)) {
        await untilDone(() => ledgers.getByName(name).append(some));
      }
      return;
    case "orders":
      for (const order of step.orders) {
        const name = ledgerName(orderShardOf(order.transaction_id, shards));
        await untilDone(() => ledgers.getByName(name).appendOrders([order]));
      }
      return;
    case "flush":
      // It may die on the way: what it leaves is a later flush's.
      await ledgers
        .getByName(ledgerName(step.shard))
        .flush()
        .catch(() => undefined);
      return;
    case "die":
      await ledgers
        .getByName(ledgerName(step.shard))
        .die()
        .catch(() => undefined);
  }
}

/** All users' totals as they were at a moment. */
export interface AsOfRead {
  readonly asOf: number;
  readonly rows: readonly Record<string, unknown>[];
}

const PAGE_ROWS = 500;

/** @param moment null for now: a moment that every shard then promises not to change any more */
async function readAsOf(moment: number | null, env: RuntimeEnv): Promise<AsOfRead> {
  const ledgers = Array.from({ length: Number(env.LEDGER_SHARDS) }, (_, shard) => ledgerName(shard)).map(
    (name) => () => env.INTERACTION_LEDGER.getByName(name),
  );
  const clocks = await Promise.all(ledgers.map(async (ledger) => ledger().clock()));
  const asOf = moment ?? Math.max(...clocks);
  const rows: Record<string, unknown>[] = [];
  for (const ledger of ledgers) {
    await ledger().cut(asOf);
    let after: TotalsKey | null = null;
    do {
      using page = await ledger().totalsAsOf({ asOf, after, rows: PAGE_ROWS });
      page.shoppers.forEach((shopper, place) => {
        const counts = TOTALS_COLUMNS.map((column) => [column, page[column][place]]);
        const row: Record<string, unknown> = { shopper, item_id: page.item_ids[place], ...Object.fromEntries(counts) };
        rows.push(Number.isNaN(row["rating"]) ? { ...row, rating: null } : row);
      });
      after = page.next === null ? null : { shopper: page.next.shopper, item_id: page.next.item_id };
    } while (after !== null);
  }
  return { asOf, rows };
}

/**
 * The Worker; `POST /v1/drive` for steps among troubles, which answers what has gone wrong so far; and `POST /v1/as-of`
 * for what totals were.
 */
export default {
  ...worker,
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/as-of") {
      const { asOf } = await request.json<{ asOf: number | null }>();
      return Response.json(await readAsOf(asOf, env));
    }
    if (pathname !== "/v1/drive") return worker.fetch(request, env, context);
    const { seed, rate: share, steps } = await request.json<LedgerDrive>();
    [random, rate] = [createRandom(seed), share];
    for (const step of steps) await take(step, env);
    rate = 0;
    return Response.json(met);
  },
} satisfies ExportedHandler<RuntimeEnv>;
