import { z } from "zod";

import { count, time } from "../answers.ts";
import type { Resource } from "../operation.ts";

const waiting = {
  storage_bytes: count,
  uncounted_since: time.nullable().describe("When the oldest event was appended that the counters lack."),
  unstored_since: time.nullable().describe("The same of the lake."),
  sealed: count.describe("Segments on their way to the lake."),
  transfers: count.describe("What is on its way to other shards."),
};
const shard = z
  .strictObject({
    shard: count,
    ...waiting,
    failures: count.describe("How often in a row something could not be done."),
    error: z.string().nullable(),
    full: z.number().describe("What it holds, as a share of what it may."),
  })
  .meta({ id: "Shard" });

const ledgerAnswer = z
  .strictObject({
    totals: z.strictObject({ ...waiting, failing: count, full: z.number() }),
    lag_seconds: z.strictObject({ counters: z.number(), lake: z.number() }),
    shards: z.array(shard),
    unreachable: z.array(z.strictObject({ shard: count, message: z.string() })),
  })
  .meta({ id: "Ledger" });

const EXAMPLE_WAITING = { storage_bytes: 81_920, uncounted_since: null, unstored_since: null, sealed: 0, transfers: 0 };
const EXAMPLE = {
  totals: { ...EXAMPLE_WAITING, failing: 0, full: 0.000_01 },
  lag_seconds: { counters: 0, lake: 0 },
  shards: [{ shard: 0, ...EXAMPLE_WAITING, failures: 0, error: null, full: 0.000_01 }],
  unreachable: [],
};

/** `/v1/ledger`. */
export const ledger: Resource = {
  name: "Ledger",
  description: "How far counters and lake are behind what shoppers did.",
  operations: [
    {
      method: "get",
      path: "/v1/ledger",
      id: "getLedger",
      summary: "Tell how every shard is",
      access: { kind: "server", scopes: ["analytics:read"] },
      answers: [{ status: 200, description: "Shards, and their totals.", schema: ledgerAnswer, example: EXAMPLE }],
      example: {},
    },
    {
      method: "post",
      path: "/v1/ledger/flush",
      id: "flushLedger",
      summary: "Bring what waits to counters and lake now",
      description: "Saves waiting before an analysis of the last minutes; nothing else needs it.",
      access: { kind: "server", scopes: ["admin"] },
      answers: [{ status: 200, description: "How every shard is then.", schema: ledgerAnswer, example: EXAMPLE }],
      example: {},
    },
  ],
};
