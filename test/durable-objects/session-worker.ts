import { InteractionLedger as RealLedger } from "../../durable-objects/interaction-ledger.ts";
import { ShopperSession as RealSession } from "../../durable-objects/shopper-session.ts";
import type { Interaction } from "../../domain/events/interaction.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

/** What an object's storage was billed for. */
export interface WrittenRows {
  rows: number;
  /** Each alarm that is set is billed as a row. */
  alarms: number;
}

// Of the isolate, which outlives its objects.
const written = new Map<string, WrittenRows>();
let calls: string[] = [];
let away: readonly string[] = [];

function assertThere(what: string): void {
  if (away.includes(what)) throw new Error(`the ${what} is away`);
}

/** A session that counts what its storage writes, finds the lake away when it is to be, and waits for alarms in vain. */
export class ShopperSession extends RealSession {
  constructor(state: DurableObjectState, env: RuntimeEnv) {
    const count = written.get(state.id.name ?? "") ?? { rows: 0, alarms: 0 };
    written.set(state.id.name ?? "", count);
    const { storage } = state;
    const exec = storage.sql.exec.bind(storage.sql);
    const setAlarm = storage.setAlarm.bind(storage);
    Object.defineProperty(storage.sql, "exec", {
      value: (...statement: Parameters<typeof exec>) => {
        const cursor = exec(...statement);
        // The local runtime keeps the object's name in a table of its own.
        if (!statement[0].includes("__miniflare")) count.rows += cursor.rowsWritten;
        return cursor;
      },
    });
    Object.defineProperty(storage, "setAlarm", {
      value: async (at: number) => {
        count.alarms += 1;
        if (!away.includes("alarm")) await setAlarm(at);
      },
    });
    const put = (...object: Parameters<R2Bucket["put"]>): unknown => {
      assertThere("lake");
      return env.LAKE.put(...object);
    };
    super(state, { ...env, LAKE: { put } as unknown as R2Bucket });
  }

  async wakeAt(at: number): Promise<void> {
    await this.ctx.storage.setAlarm(at);
  }
}

/** A ledger that says what it was asked, and can be away. */
export class InteractionLedger extends RealLedger {
  override missing(eventIds: readonly string[]): string[] {
    assertThere("ledger");
    calls.push(...eventIds.map((id) => `missing ${id}`));
    return super.missing(eventIds);
  }

  override append(interactions: readonly Interaction[]): ReturnType<RealLedger["append"]> {
    assertThere("ledger");
    calls.push(...interactions.map((interaction) => `append ${interaction.event_id}`));
    return super.append(interactions);
  }
}

const consent = { value: { personalization: true, analytics: true }, explicit: false };

/** What a test asks of the worker: it holds no stub itself, so that every object can be evicted. */
export type Command =
  | { readonly kind: "append"; readonly shopper: string; readonly interactions: readonly Interaction[] }
  | { readonly kind: "view"; readonly shopper: string }
  | { readonly kind: "wake"; readonly shopper: string; readonly at: number }
  | { readonly kind: "away"; readonly what: readonly string[] }
  | { readonly kind: "rows"; readonly shopper: string }
  | { readonly kind: "missing"; readonly name: string; readonly ids: readonly string[] }
  | { readonly kind: "calls" };

async function obey(command: Command, env: RuntimeEnv): Promise<unknown> {
  switch (command.kind) {
    case "append": {
      const { shopper, interactions } = command;
      return env.SHOPPER_SESSION.getByName(shopper).append({ shopper, mergeClient: null, consent, interactions });
    }
    case "view":
      return env.SHOPPER_SESSION.getByName(command.shopper).view({
        shopper: command.shopper,
        mergeClient: null,
        consent,
      });
    case "wake":
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the binding is typed by the Worker's own class
      await (env.SHOPPER_SESSION.getByName(command.shopper) as unknown as ShopperSession).wakeAt(command.at);
      return null;
    case "away":
      away = command.what;
      return null;
    case "rows":
      return written.get(command.shopper) ?? { rows: 0, alarms: 0 };
    case "missing":
      return env.INTERACTION_LEDGER.getByName(command.name).missing(command.ids);
    case "calls": {
      const sofar = calls;
      calls = [];
      return sofar;
    }
  }
}

export default {
  ...worker,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/test") return worker.fetch(request, env, context);
    return Response.json(await obey(await request.json<Command>(), env));
  },
} satisfies ExportedHandler<RuntimeEnv>;
