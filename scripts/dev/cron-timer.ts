import { appendFileSync } from "node:fs";

import { parseCron } from "./cron-schedule.ts";
import { workerLogPath } from "./wrangler-process.ts";

const MINUTE_MILLISECONDS = 60_000;
/** Timers may go off a moment before the clock says so, and a minute that is not yet there is the one before. */
const LATE_MILLISECONDS = 50;
/** A cron that runs longer goes on; we only stop to listen for its end. */
const CRON_ANSWER_MILLISECONDS = 15 * MINUTE_MILLISECONDS;

async function fire(url: string, cron: string): Promise<void> {
  try {
    const response = await fetch(`${url}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(cron)}`, {
      signal: AbortSignal.timeout(CRON_ANSWER_MILLISECONDS),
    });
    await response.arrayBuffer();
    if (!response.ok) appendFileSync(workerLogPath(), `cron ${cron} answered ${response.status}\n`);
  } catch (error) {
    // The next one comes by itself; a Worker that is gone is told about elsewhere.
    appendFileSync(workerLogPath(), `cron ${cron} could not be fired: ${String(error)}\n`);
  }
}

/**
 * Fires the Worker's crons at their minute, which the local runtime does not do by itself.
 * @returns how to end it
 * @throws CommandError for an expression that is not understood
 */
export function startCronTimer(url: string, crons: readonly string[]): () => void {
  const schedule = crons.map((cron) => ({ cron, isDue: parseCron(cron) }));
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    // Aligned anew each time: a computer that slept does not fire a minute twice, nor drift.
    timer = setTimeout(tick, MINUTE_MILLISECONDS - (Date.now() % MINUTE_MILLISECONDS) + LATE_MILLISECONDS);
  };
  const tick = (): void => {
    const now = new Date();
    for (const { cron, isDue } of schedule) if (isDue(now)) void fire(url, cron);
    arm();
  };
  arm();
  return () => clearTimeout(timer);
}
