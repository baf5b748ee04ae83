import { InteractionLedger as RealLedger } from "../../durable-objects/interaction-ledger.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import type { Totals } from "../../domain/ledger/totals.ts";
import { TOTALS_COLUMNS, type TotalsKey } from "../../domain/ledger/totals-as-of.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

// Of the isolate, which outlives its objects.
const written = new Map<string, number>();
let lakeMilliseconds = 0;

/** A ledger that counts the rows that its storage writes, and whose lake takes its time when it is to. */
export class InteractionLedger extends RealLedger {
  constructor(state: DurableObjectState, env: RuntimeEnv) {
    const name = state.id.name ?? "";
    const { sql } = state.storage;
    const exec = sql.exec.bind(sql);
    Object.defineProperty(sql, "exec", {
      value: (...statement: Parameters<typeof exec>) => {
        const cursor = exec(...statement);
        // The local runtime keeps the object's name in a table of its own. What reads is read by who asked.
        if (/^\s*(?:INSERT|UPDATE|DELETE)/.test(statement[0]) && !statement[0].includes("__miniflare")) {
          written.set(name, (written.get(name) ?? 0) + cursor.rowsWritten);
        }
        return cursor;
      },
    });
    const put = async (...object: Parameters<R2Bucket["put"]>): Promise<unknown> => {
      await scheduler.wait(lakeMilliseconds);
      return env.LAKE.put(...object);
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a ledger only puts
    super(state, { ...env, LAKE: { put } as unknown as R2Bucket });
  }
}

/** What a test asks of the worker: it holds no stub itself, so that every object can be evicted. */
export type Command = { readonly shard: number } & (
  | { readonly kind: "call"; readonly method: string; readonly args: readonly unknown[] }
  /** Everything as of a moment, read in pages of so many rows. */
  | { readonly kind: "read" | "count"; readonly asOf: number; readonly rows: number }
  | { readonly kind: "written" }
  | { readonly kind: "lake"; readonly milliseconds: number }
);
type Ledger = ReturnType<RuntimeEnv["INTERACTION_LEDGER"]["getByName"]>;

async function readAsOf(ledger: Ledger, asOf: number, rows: number): Promise<Totals[]> {
  const all: Totals[] = [];
  let after: TotalsKey | null = null;
  do {
    using page = await ledger.totalsAsOf({ asOf, after, rows });
    page.shoppers.forEach((shopper, place) => {
      const cells = TOTALS_COLUMNS.map((column) => {
        const cell = page[column][place] ?? Number.NaN;
        return [column, Number.isNaN(cell) ? null : cell];
      });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a column for each field but the key
      all.push({ shopper, item_id: page.item_ids[place] ?? "", ...Object.fromEntries(cells) } as Totals);
    });
    after = page.next === null ? null : { shopper: page.next.shopper, item_id: page.next.item_id };
  } while (after !== null);
  return all;
}

async function countAsOf(ledger: Ledger, asOf: number, rows: number): Promise<Record<string, number>> {
  const sum = { rows: 0, purchases: 0, quantity: 0 };
  let after: TotalsKey | null = null;
  do {
    using page = await ledger.countAsOf({ asOf, after, rows });
    sum.rows += page.rows;
    sum.purchases += page.purchases;
    sum.quantity += page.quantity;
    after = page.next === null ? null : { shopper: page.next.shopper, item_id: page.next.item_id };
  } while (after !== null);
  return sum;
}

async function obey(command: Command, env: RuntimeEnv): Promise<unknown> {
  const name = ledgerName(command.shard);
  const ledger = env.INTERACTION_LEDGER.getByName(name);
  switch (command.kind) {
    case "call": {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller has the method's own types
      const methods = ledger as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
      return methods[command.method]?.(...command.args);
    }
    case "read":
      return readAsOf(ledger, command.asOf, command.rows);
    case "count":
      return countAsOf(ledger, command.asOf, command.rows);
    case "lake":
      lakeMilliseconds = command.milliseconds;
      return null;
    case "written":
      return written.get(name) ?? 0;
  }
}

export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/test") return worker.fetch(request, env, context);
    try {
      return Response.json({ value: (await obey(await request.json<Command>(), env)) ?? null });
    } catch (error) {
      return Response.json({ error: error instanceof Error ? error.message : String(error) });
    }
  },
} satisfies ExportedHandler<RuntimeEnv>;
