import { createHash } from "node:crypto";

import { type Control, CONTROL_OBJECT_KEY, emptyControl } from "../../../domain/control/control.ts";
import type { LoadRequest, LoadResult } from "../load.ts";
import type { BenchRuntime } from "../runtime.ts";
import { BENCH_KEY, itemId, SCENARIO, userId } from "../scenario.ts";
import { type Stage, STAGE_HEADER } from "./stages.ts";

/** Knuth's multiplier: neighbouring requests are of items far from each other. */
const ITEM_STEP = 7_919;

/** Gives a fresh runtime the bench's key: events need nothing else. */
export async function putKey(runtime: BenchRuntime): Promise<void> {
  const hash = createHash("sha256").update(BENCH_KEY).digest("hex");
  const control: Control = {
    ...emptyControl(new Date(0)),
    keys: [{ id: "bench", kind: "secret", hash, scopes: ["admin"], origins: [] }],
  };
  const bucket = (await runtime.miniflare.getR2Bucket("RUNTIME")) as unknown as R2Bucket;
  await bucket.put(CONTROL_OBJECT_KEY, JSON.stringify(control));
}

/**
 * The n-th request of a load: `events` views of one shopper.
 * @param run tells the ids of this load from those of all others
 */
export function viewsRequest(stage: Stage, run: string, n: number, shopper: number, events: number): LoadRequest {
  const user = userId(shopper);
  const views = Array.from({ length: events }, (_, place) => ({
    event_id: `${stage}-${run}-${n}-${place}`,
    name: "view_item",
    params: { items: [{ item_id: itemId(((n * events + place) * ITEM_STEP) % SCENARIO.items), quantity: 1 }] },
  }));
  return {
    method: "POST",
    path: "/v1/events",
    headers: {
      authorization: `Bearer ${BENCH_KEY}`,
      "content-type": "application/json",
      "x-bench-shopper": user,
      [STAGE_HEADER]: stage,
    },
    body: JSON.stringify({ user_id: user, events: views }),
  };
}

/** @throws Error when a request failed: no figure is worth anything then */
export function assertAnswered(what: string, { errors, requests, firstError }: LoadResult): void {
  if (errors > 0) throw new Error(`${what}: ${errors} of ${requests} requests failed (first: ${firstError}).`);
}
