import { type CostScenario, type IngestCost, measureCost } from "./ingest/cost.ts";
import { measureThroughput, type Throughput } from "./ingest/throughput.ts";

/** Shoppers who act every twenty seconds: one event each time, or the 25 that a shop's server has gathered. */
const COST_SCENARIOS = {
  single_events: { shoppers: 500, eventsPerRequest: 1, seconds: 60 },
  batches_of_25: { shoppers: 80, eventsPerRequest: 25, seconds: 60 },
} as const satisfies Record<string, CostScenario>;
const QUICK_SECONDS = 20;
const QUICK_VARIABLES = { LEDGER_COUNTERS_MILLISECONDS: "2000", LEDGER_SEGMENT_MILLISECONDS: "10000" };

/** What `bench ingest` measured. */
export interface IngestResult {
  readonly ingest: Throughput;
  readonly cost: Readonly<Record<keyof typeof COST_SCENARIOS, IngestCost>>;
}

/**
 * Events from HTTP to counters and lake: how many a second, how far behind, at what cost.
 * @param quick shorter rounds, and short periods instead of the real ones: lags are then those of the short ones
 */
export async function benchIngest(quick: boolean): Promise<IngestResult> {
  const ingest = await measureThroughput(
    quick
      ? { rounds: 1, stageSeconds: 4, sustainedSeconds: 12, variables: QUICK_VARIABLES }
      : { rounds: 2, stageSeconds: 8, sustainedSeconds: 30, variables: {} },
  );
  const scenario = (name: keyof typeof COST_SCENARIOS): CostScenario => {
    const chosen = COST_SCENARIOS[name];
    return quick ? { ...chosen, seconds: QUICK_SECONDS } : chosen;
  };
  return {
    ingest,
    cost: {
      single_events: await measureCost(scenario("single_events")),
      batches_of_25: await measureCost(scenario("batches_of_25")),
    },
  };
}
