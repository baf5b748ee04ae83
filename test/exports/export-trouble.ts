import { z } from "zod";

import { type TotalsColumn, type TotalsPage } from "../../domain/ledger/totals-as-of.ts";
import type { RuntimeEnv } from "../../platform/env.ts";

/** What goes wrong with what an export asks of D1, R2 and the ledger. */
export const troubleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none") }),
  /** The n-th request fails, before it is done or after. */
  z.object({ kind: z.literal("fails"), call: z.number(), after: z.boolean() }),
  /** The runtime dies at the n-th request: it and all after it fail, until the runtime is started again. */
  z.object({ kind: z.literal("dies"), call: z.number(), after: z.boolean() }),
  /** The first page of the ledger that has rows lacks its last one, or says something else of a row. */
  z.object({ kind: z.literal("page"), wrong: z.enum(["row", "purchases", "quantity"]) }),
  /** What is put under a key that ends like this loses its last bytes. */
  z.object({ kind: z.literal("cut off"), key: z.string() }),
]);
export type Trouble = z.infer<typeof troubleSchema>;

export const noTrouble = (): Trouble => ({ kind: "none" });

/** The run came to the step before which it was to stop. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

class Outage extends Error {
  override readonly name = "Outage";
}

/** An environment in trouble. */
export interface TroubledEnv {
  readonly env: RuntimeEnv;
  isDead(): boolean;
  /** The runtime is started again, and dies no more. */
  revive(): void;
  counts(): { readonly calls: number; readonly puts: string[] };
}

function withoutLastRow(page: TotalsPage): TotalsPage {
  const columns = Object.entries(page).map(([name, cells]) => [
    name,
    name === "next" ? cells : (cells as readonly unknown[]).slice(0, -1),
  ]);
  return { ...page, ...Object.fromEntries(columns) };
}

function withMore(page: TotalsPage, name: TotalsColumn): TotalsPage {
  return { ...page, [name]: page[name].map((value, row) => (row === 0 ? value + 1 : value)) };
}

export function troubledEnv(env: RuntimeEnv, trouble: Trouble): TroubledEnv {
  let calls = 0;
  let isDead = false;
  let wasDead = false;
  let isPageWrong = false;
  const puts: string[] = [];

  /** A request: it may fail, before it is done or after. */
  async function request<Value>(work: () => Promise<Value>): Promise<Value> {
    calls++;
    if (isDead) throw new Outage("The runtime is dead.");
    const isIt = (trouble.kind === "fails" || (trouble.kind === "dies" && !wasDead)) && calls === trouble.call;
    if (!isIt) return work();
    if (trouble.kind === "dies") isDead = true;
    if (trouble.after) await work();
    throw new Outage("It failed.");
  }

  const over = <Target extends object>(target: Target, replace: (name: string, value: unknown) => unknown): Target =>
    new Proxy(target, {
      get(inner, name) {
        const value: unknown = Reflect.get(inner, name, inner);
        return typeof name === "string" ? replace(name, value) : value;
      },
    });
  type AsyncMethod = (...args: unknown[]) => Promise<unknown>;
  const asked = (target: object, value: unknown): unknown =>
    typeof value === "function"
      ? (...args: unknown[]) => request(() => Reflect.apply(value as AsyncMethod, target, args))
      : value;

  // D1 wants its own statements back in a batch.
  const statements = new WeakMap<object, D1PreparedStatement>();
  const statement = (own: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = over(own, (name, value) =>
      name === "bind" ? (...args: unknown[]) => statement(own.bind(...args)) : asked(own, value),
    );
    statements.set(wrapped, own);
    return wrapped;
  };
  const db = over(env.DB, (name, value) => {
    if (name === "prepare") return (sql: string) => statement(env.DB.prepare(sql));
    if (name !== "batch") return asked(env.DB, value);
    return (batch: D1PreparedStatement[]) =>
      request(() => env.DB.batch(batch.map((one) => statements.get(one) ?? one)));
  });

  const bucket = over(env.EXPORTS, (name, value) => {
    if (name !== "put") return asked(env.EXPORTS, value);
    return (key: string, content: string | Uint8Array, options?: R2PutOptions) =>
      request(async () => {
        const isCut = trouble.kind === "cut off" && key.endsWith(trouble.key);
        const put = await env.EXPORTS.put(key, isCut ? content.slice(0, -1) : content, options);
        puts.push(key);
        return put;
      });
  });

  const ledgers = over(env.INTERACTION_LEDGER, (name, value) => {
    if (name !== "getByName") return value;
    return (shard: string) => {
      const ledger = env.INTERACTION_LEDGER.getByName(shard);
      return over(ledger, (method, own) => {
        if (method !== "totalsAsOf" || trouble.kind !== "page") return asked(ledger, own);
        return async (...args: Parameters<typeof ledger.totalsAsOf>) => {
          const page = await ledger.totalsAsOf(...args);
          if (isPageWrong || page.shoppers.length === 0) return page;
          isPageWrong = true;
          const wrong = trouble.wrong === "row" ? withoutLastRow(page) : withMore(page, trouble.wrong);
          return { ...wrong, [Symbol.dispose]: () => undefined };
        };
      });
    };
  });

  return {
    env: { ...env, DB: db, EXPORTS: bucket, INTERACTION_LEDGER: ledgers },
    isDead: () => isDead,
    revive() {
      [isDead, wasDead] = [false, true];
    },
    counts: () => ({ calls, puts }),
  };
}
