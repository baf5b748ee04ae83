import { DurableObject } from "cloudflare:workers";

import type { Interaction, InteractionMessage } from "../../../domain/events/interaction.ts";
import { InteractionLedger as Ledger } from "../../../durable-objects/interaction-ledger.ts";
import { ShopperSession as Session } from "../../../durable-objects/shopper-session.ts";
import { mergeLineDeltas } from "../../../platform/d1/line-deltas.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import worker from "../../../workers/index.ts";
import { countedBindings } from "./counted-bindings.ts";
import { countWrites } from "./counted-objects.ts";
import { add, noCounts } from "./counts.ts";
import { isOfStage, type Stage, STAGE_HEADER } from "./stages.ts";

export * from "../../../workers/index.ts";

interface IngestEnv extends RuntimeEnv {
  readonly BENCH_FLOOR: DurableObjectNamespace<BenchFloor>;
  /** `on` in the runtime that counts; the one that measures time counts nothing. */
  readonly BENCH_COUNTS?: string;
  /** How much faster than in a deployment time runs, where that has no variable of its own: in what is awaited. */
  readonly BENCH_COMPRESSION?: string;
}

const wait = scheduler.wait.bind(scheduler);
let isCompressed = false;

/** Events wait a constant time for company: it must pass as fast as everything else does. */
function compressWaits(factor: number): void {
  if (isCompressed || factor === 1) return;
  isCompressed = true;
  Object.defineProperty(scheduler, "wait", { value: (milliseconds: number) => wait(milliseconds / factor) });
}

const counts = noCounts();
const counted = new WeakMap<object, RuntimeEnv>();

function countedIfAsked(env: IngestEnv): IngestEnv {
  if (env.BENCH_COUNTS !== "on") return env;
  let wrapped = counted.get(env);
  if (wrapped === undefined) {
    wrapped = countedBindings(env, counts);
    counted.set(env, wrapped);
  }
  return wrapped as IngestEnv;
}

/** Ledgers that call everything of the stage `session` confirmed, without being asked. */
function withoutOffers(env: IngestEnv): IngestEnv {
  const { INTERACTION_LEDGER: ledgers } = env;
  const getByName = (name: string): unknown => {
    const ledger = ledgers.getByName(name);
    return {
      append: (interactions: readonly Interaction[]) => ledger.append(interactions),
      missing: (ids: readonly string[]) => {
        const [first = ""] = ids;
        return isOfStage(first, "session") || isOfStage(first, "queue") ? Promise.resolve([]) : ledger.missing(ids);
      },
    };
  };
  return { ...env, INTERACTION_LEDGER: { getByName } as unknown as RuntimeEnv["INTERACTION_LEDGER"] };
}

/** The least that "durable" can cost: one call of one object that writes what came as one row. */
export class BenchFloor extends DurableObject<IngestEnv> {
  constructor(state: DurableObjectState, env: IngestEnv) {
    super(state, env);
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, value TEXT NOT NULL)");
  }

  write(text: string): void {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO floor VALUES (1, ?)", text);
  }
}

export class ShopperSession extends Session {
  constructor(state: DurableObjectState, env: IngestEnv) {
    if (env.BENCH_COUNTS === "on") countWrites(state.storage, "session", counts);
    super(state, withoutOffers(countedIfAsked(env)));
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    add(counts.objectCalls, "ShopperSession alarms", 1);
    return super.alarm(info);
  }
}

export class InteractionLedger extends Ledger {
  constructor(state: DurableObjectState, env: IngestEnv) {
    if (env.BENCH_COUNTS === "on") countWrites(state.storage, "ledger", counts);
    super(state, countedIfAsked(env));
  }

  override alarm(): Promise<void> {
    add(counts.objectCalls, "InteractionLedger alarms", 1);
    return super.alarm();
  }
}

const noQueue = { send: () => Promise.resolve() } as unknown as RuntimeEnv["EVENTS_QUEUE"];
const noSession = {
  getByName: () => ({
    append: ({ interactions }: { interactions: readonly Interaction[] }) => {
      const fresh = interactions.map(({ event_id }) => event_id);
      return Promise.resolve({ ok: true, value: { destination: "queue", fresh, attributed: [], duplicates: 0 } });
    },
  }),
} as unknown as RuntimeEnv["SHOPPER_SESSION"];

const envs = new Map<Stage, IngestEnv>();

function envOf(stage: Stage, env: IngestEnv): IngestEnv {
  let made = envs.get(stage);
  if (made === undefined) {
    made = countedIfAsked(env);
    if (stage === "judge") made = { ...made, SHOPPER_SESSION: noSession, EVENTS_QUEUE: noQueue };
    if (stage === "session") made = { ...made, EVENTS_QUEUE: noQueue };
    envs.set(stage, made);
  }
  return made;
}

async function countsOf(request: Request): Promise<Response> {
  // Cursors of this turn settle first.
  await wait(0);
  const answer = Response.json(counts);
  if (request.method === "DELETE") Object.assign(counts, noCounts());
  return answer;
}

export default {
  ...worker,
  async fetch(request, env, context) {
    compressWaits(Number(env.BENCH_COMPRESSION ?? 1));
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/counts") return countsOf(request);
    if (pathname === "/bench/merge-lines") return Response.json(await mergeLineDeltas(countedIfAsked(env).DB));
    const stage = (request.headers.get(STAGE_HEADER) ?? "all") as Stage;
    if (stage === "read" || stage === "floor") {
      const text = await request.text();
      const shopper = request.headers.get("x-bench-shopper") ?? "";
      if (stage === "floor") await env.BENCH_FLOOR.getByName(shopper).write(text);
      return Response.json({ accepted: text.length }, { status: 202 });
    }
    return worker.fetch(request, envOf(stage, env), context);
  },
  async queue(batch, env) {
    const left = batch.messages.filter((message) => !isDropped(message as Message<InteractionMessage>));
    for (const message of batch.messages) if (!left.includes(message)) message.ack();
    if (left.length > 0) await worker.queue(withMessages(batch, left), countedIfAsked(env));
  },
} satisfies ExportedHandler<IngestEnv>;

function isDropped({ body }: Message<InteractionMessage>): boolean {
  const [first] = body.interactions ?? [];
  return first !== undefined && isOfStage(first.event_id, "queue");
}

function withMessages(batch: MessageBatch, messages: readonly Message[]): MessageBatch {
  return {
    queue: batch.queue,
    messages,
    metadata: batch.metadata,
    ackAll: () => batch.ackAll(),
    retryAll: (options) => batch.retryAll(options),
  };
}
