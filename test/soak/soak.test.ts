import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { tmpdir } from "node:os";

import { afterAll, beforeAll, expect, it } from "vitest";

import { QUIET_MILLISECONDS } from "../../scripts/soak/limits.ts";
import { runSoak } from "../../scripts/soak/run-soak.ts";
import { queryDuckDb } from "../lake/duckdb.ts";

const EVENTS = 50_000;
const KILLS = 5;
const SEED = 20_261_121;
/** What a kill may leave unanswered for good: a request per connection, of which some are never sent again. */
const UNANSWERED_MAX = 2_500;
const TEST_MILLISECONDS = 300_000;
/** Memory, where there is some: a kill takes the process, not the system, and the disk belongs to other tests too. */
const MEMORY_FOLDER = "/dev/shm";

let kept: string;
beforeAll(async () => {
  if (existsSync(MEMORY_FOLDER)) process.env["TMPDIR"] = MEMORY_FOLDER;
  kept = await mkdtemp(join(tmpdir(), "endcap-soak-test-"));
});
afterAll(() => rm(kept, { recursive: true, force: true }));

it(
  "has every acknowledged event in the lake exactly once after 50,000 events and five kills under load",
  async () => {
    const result = await runSoak({
      events: EVENTS,
      restarts: KILLS,
      seed: SEED,
      keep: kept,
      quietMilliseconds: QUIET_MILLISECONDS,
    });
    const why = JSON.stringify(result.missing, null, 2);
    expect(result, why).toMatchObject({ lost: 0, doubled: 0, rejected: 0, sums_agree: true });
    expect(result.found).toBe(result.acknowledged);
    expect(result.acknowledged).toBeGreaterThan(EVENTS - UNANSWERED_MAX);
    expect(result.acknowledged + result.unanswered).toBe(EVENTS);

    // The kills met requests that waited for an answer, some of which were sent again and some never.
    expect(result.restarts).toBe(KILLS);
    expect(result.restarts_under_load).toBe(KILLS);
    expect(result.cut_off).toBeGreaterThan(KILLS);
    expect(result.retried).toBeGreaterThan(0);
    expect(result.retried).toBeLessThan(result.cut_off);
    expect(result.duplicates).toBeGreaterThan(EVENTS * 0.03);
    expect(result.sign_ins).toBeGreaterThan(0);

    // What was kept says the same to whoever looks for himself.
    const lines = (await readFile(join(kept, "acknowledged.csv"), "utf8")).trimEnd().split("\n");
    expect(lines[0]).toBe("event_id");
    expect(lines).toHaveLength(result.acknowledged + 1);
    const [row] = await queryDuckDb(
      `SELECT count(*) AS rows, count(DISTINCT event_id) AS ids
       FROM read_parquet('${join(kept, "lake/events/**/*.parquet")}') WHERE name <> 'sign_in'`,
    );
    expect(Number(row?.["rows"])).toBe(result.acknowledged + result.unanswered_found);
    expect(row?.["ids"]).toBe(row?.["rows"]);
  },
  TEST_MILLISECONDS,
);
