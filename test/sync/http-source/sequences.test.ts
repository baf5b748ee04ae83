import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { pick, randomFrom } from "../property/changes.ts";
import { type ApiShop, startApiShop } from "./api-shop.ts";
import { driveRuntime, type DrivenRuntime } from "./driven.ts";
import type { Variant } from "./http-shop.ts";
import { changeRows, type RandomShop } from "./random-changes.ts";

/** Sequences of changes and troubles, over all ways; ENDCAP_TEST_SEQUENCES tries more. */
const SEQUENCES = Number(process.env["ENDCAP_TEST_SEQUENCES"] ?? 120);
const FIRST_SEED = Number(process.env["ENDCAP_TEST_FIRST_SEED"] ?? 1);
/** A run in which everything is asked for since the last one; no whole reading mends what that has missed. */
const NEVER = 1_000_000;
const BATCHES_MAX = 14;
const REQUESTS_MAX = 16;
/** The source is described first: one request a table. */
const DESCRIBING_REQUESTS = 4;
const RUNS_MAX = 4;

const WAYS = [
  { paging: "cursor", since: false, first: 0 },
  { paging: "cursor", since: true, first: 1 },
  { paging: "link", since: false, first: 2 },
  { paging: "link", since: true, first: 3 },
] as const;

let driven: DrivenRuntime;
beforeAll(async () => {
  driven = await driveRuntime();
});
afterAll(async () => {
  await driven?.runtime.close();
});

describe.each(WAYS)(
  "any sequence of changes and troubles of an API, paging by $paging, since: $since",
  ({ first, ...way }) => {
    /** The API is away from some request on, or refuses some, or rows change between its pages. */
    function makeTrouble(api: ApiShop, shop: RandomShop): void {
      const { random, log } = shop;
      const kind = pick(random, ["none", "away", "away", "refuses", "changes", "changes"] as const);
      let left = DESCRIBING_REQUESTS + Math.floor(random() * REQUESTS_MAX);
      log.push(`-- ${kind} ${left}`);
      api.before = () => {
        left -= 1;
        if (kind === "away" && left < 0) api.api.answerNext({ status: 0, broken: true });
        if (kind === "refuses" && random() < 0.3) {
          api.api.answerNext(pick(random, [{ status: 500 }, { status: 429, headers: { "retry-after": "3" } }]));
        }
        if (kind === "changes" && random() < 0.2) changeRows(shop);
      };
    }

    async function trySequence(seed: number): Promise<void> {
      await driven.forget();
      const random = randomFrom(seed);
      const rows = { customers: [], products: [], orders: [], ratings: [] };
      const api = await startApiShop(way.paging, rows);
      const variant: Variant = { url: api.api.url, ...way, orders: "http", verifyEveryRuns: NEVER, pageRows: 2 };
      const clean = random() < 0.5;
      const shop: RandomShop = { random, rows, deletes: !way.since, clean, now: () => driven.now(), log: [] };
      try {
        for (let left = 1 + Math.floor(random() * RUNS_MAX); left > 0; left--) {
          changeRows(shop);
          makeTrouble(api, shop);
          const killed = random() < 0.25 ? Math.floor(random() * BATCHES_MAX) : undefined;
          const { state, message } = await driven.run(variant, killed);
          shop.log.push(`-- run ${killed === undefined ? "" : `killed in batch ${killed}`}: ${state} ${message ?? ""}`);
        }
        api.before = () => undefined;
        changeRows(shop);
        shop.log.push("-- quiet run");
        expect(await driven.run(variant)).toMatchObject({ state: "complete" });
        await driven.expectFollowed(rows);
        // Nothing is left to do.
        const { counts } = await driven.run(variant);
        for (const { written, deleted } of Object.values(counts)) expect([written, deleted]).toEqual([0, 0]);
      } catch (error) {
        throw new Error(`Sequence ${seed}:\n${shop.log.join("\n")}`, { cause: error });
      } finally {
        await api.api.stop();
      }
    }

    it(
      `leaves D1 equal to the API after one quiet run (${Math.ceil(SEQUENCES / WAYS.length)} sequences)`,
      { timeout: SEQUENCES * 10_000 },
      async () => {
        for (let seed = FIRST_SEED + first; seed < FIRST_SEED + SEQUENCES; seed += WAYS.length) await trySequence(seed);
      },
    );
  },
);
