import { InteractionLedger as RealLedger } from "../../durable-objects/interaction-ledger.ts";
import { ledgerName } from "../../domain/ledger/routing.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import worker from "../../workers/index.ts";

export * from "../../workers/index.ts";

/** What goes wrong: alarms that are set and never come, calls that are never answered, a call as an alarm comes. */
export type Trouble = "alarms are lost" | "D1 is silent" | "R2 is silent" | "calls meet alarms";

/** How often an alarm is put off until it comes within its very millisecond, which is rare on a busy machine. */
const PUT_OFF_MAX = 30;

// Of the isolate, which outlives its objects.
let troubles: readonly Trouble[] = [];
let answers: (() => void)[] = [];

/** Settles when the trouble is over. */
async function answered(trouble: Trouble): Promise<void> {
  if (troubles.includes(trouble)) await new Promise<void>((resolve) => answers.push(resolve));
}

/** A ledger in a world where things go wrong. */
export class InteractionLedger extends RealLedger {
  #putOff = 0;

  constructor(state: DurableObjectState, env: RuntimeEnv) {
    const setAlarm = state.storage.setAlarm.bind(state.storage);
    Object.defineProperty(state.storage, "setAlarm", {
      value: async (at: number) => {
        if (!troubles.includes("alarms are lost")) await setAlarm(at);
      },
    });
    const batch = async (statements: D1PreparedStatement[]): Promise<unknown> => {
      await answered("D1 is silent");
      return env.DB.batch(statements);
    };
    const put = async (...object: Parameters<R2Bucket["put"]>): Promise<unknown> => {
      await answered("R2 is silent");
      return env.LAKE.put(...object);
    };
    super(state, {
      ...env,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a ledger prepares, asks, and runs batches
      DB: { prepare: env.DB.prepare.bind(env.DB), batch } as unknown as D1Database,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a ledger only puts
      LAKE: { put } as unknown as R2Bucket,
    });
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    if (!troubles.includes("calls meet alarms") || info === undefined) return super.alarm(info);
    if (Date.now() > info.scheduledTime && this.#putOff < PUT_OFF_MAX) {
      this.#putOff += 1;
      return this.ctx.storage.setAlarm(Date.now() + 2);
    }
    this.#putOff = 0;
    const working = super.alarm(info);
    await this.status();
    return working;
  }
}

/** What a test asks of the worker: to call a shard, or that something goes wrong from now on. */
export type Command =
  | { readonly kind: "call"; readonly shard: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: "troubles"; readonly troubles: readonly Trouble[] };

async function obey(command: Command, env: RuntimeEnv): Promise<unknown> {
  if (command.kind === "troubles") {
    troubles = command.troubles;
    for (const answer of answers) answer();
    answers = [];
    return null;
  }
  const ledger = env.INTERACTION_LEDGER.getByName(ledgerName(command.shard));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller has the method's own types
  const methods = ledger as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
  return methods[command.method]?.(...command.args);
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
