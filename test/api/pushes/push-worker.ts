import config from "../../../endcap.config.ts";
import type { InteractionMessage } from "../../../domain/events/interaction.ts";
import { LIVE_ITEMS_OBJECT_KEY } from "../../../domain/catalogue/live-items.ts";
import { pushItems } from "../../../platform/d1/push-store.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { writeLiveItems } from "../../../platform/r2/live-items-store.ts";
import worker from "../../../workers/index.ts";
import { publishCatalogue } from "../../../workers/workflows/publish-catalogue.ts";

export * from "../../../workers/index.ts";

/** What the isolate that is faster pushes. */
const OVERTAKING_ITEM = "item-58";
const OVERTAKING_PRICE = 777;

/** How a write of live-items.json ends: refused by R2, lost to another isolate that was faster, or late. */
const ENDS = ["refused", "raced", "late"] as const;
type End = (typeof ENDS)[number];
const LATE_MILLISECONDS = 600;

let ends: End[] = [];
let writes = 0;
let reads: "fine" | "failing" | "slow" = "fine";
const SLOW_MILLISECONDS = 4_000;

/** What another isolate does between this one's look at D1 and its write: it pushes, and writes the object itself. */
async function overtake(db: D1Database, bucket: R2Bucket): Promise<void> {
  await pushItems(db, [{ id: OVERTAKING_ITEM, fields: { price: OVERTAKING_PRICE } }], "change", new Date());
  await writeLiveItems(db, bucket, null);
}

async function beforeRead(): Promise<void> {
  if (reads === "failing") throw new Error("get: We encountered an internal error. (10001)");
  if (reads === "slow") await scheduler.wait(SLOW_MILLISECONDS);
}

async function beforeWrite(db: D1Database, bucket: R2Bucket): Promise<void> {
  writes += 1;
  switch (ends.shift()) {
    case "refused":
      throw new Error("put: Reduce your concurrent request rate for the same object. (10058)");
    case "raced":
      return overtake(db, bucket);
    case "late":
      return scheduler.wait(LATE_MILLISECONDS);
    case undefined:
      return undefined;
  }
}

/** The bucket with what happens to live-items.json. */
function watched(db: D1Database, bucket: R2Bucket): R2Bucket {
  return new Proxy(bucket, {
    get(inner, property) {
      const value: unknown = Reflect.get(inner, property, inner);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]): Promise<unknown> => {
        if (args[0] === LIVE_ITEMS_OBJECT_KEY && property === "get") await beforeRead();
        if (args[0] === LIVE_ITEMS_OBJECT_KEY && property === "put") await beforeWrite(db, inner);
        return Reflect.apply(value, inner, args);
      };
    },
  });
}

/**
 * The Worker, and what tests of pushes need of it: `/v1/ends?are=refused,raced` says how the next writes of
 * live-items.json end, `/v1/writes` counts them, `/v1/reads?are=failing` says how reading it goes, `/v1/publish?run=N`
 * publishes a snapshot as a sync run would.
 */
export default {
  ...worker,
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const own: RuntimeEnv = { ...env, RUNTIME: watched(env.DB, env.RUNTIME) };
    const are = (url.searchParams.get("are") ?? "").split(",");
    switch (url.pathname) {
      case "/v1/ends":
        ends = are.flatMap((end) => ENDS.find((known) => known === end) ?? []);
        return Response.json(ends);
      case "/v1/writes": {
        const counted = writes;
        writes = 0;
        return Response.json(counted);
      }
      case "/v1/reads":
        reads = are[0] === "failing" || are[0] === "slow" ? are[0] : "fine";
        return Response.json(reads);
      case "/v1/publish":
        return Response.json(await publishCatalogue(own, config, Number(url.searchParams.get("run")), new Date()));
      default:
        return worker.fetch(request, own, context);
    }
  },
} satisfies ExportedHandler<RuntimeEnv, InteractionMessage>;
