import config from "#shop-config";
import { baselineHours, eligibleHours } from "../../domain/analytics/spikes/baseline-hours.ts";
import { composeLook, type ItemsByLine } from "../../domain/analytics/spikes/compose-look.ts";
import { CountedHours } from "../../domain/analytics/spikes/counted-hours.ts";
import { type Raised, raisedSeries } from "../../domain/analytics/spikes/judge.ts";
import { SPIKES_TOLD_MAX } from "../../domain/analytics/spikes/limits.ts";
import { lookedAt, type LookedAt } from "../../domain/analytics/spikes/looked-at.ts";
import { noticeSubject, spikeNotice } from "../../domain/analytics/spikes/sentence.ts";
import { readLineHours, readRaisableItems } from "../../platform/d1/analytics/spike-counts.ts";
import { itemsByLineOnceAnHour, writeLastLook } from "../../platform/d1/analytics/spike-look-store.ts";
import {
  keepSpikes,
  readOpenSpikes,
  readSpikeNotices,
  readToldSpikes,
  type SpikeKey,
} from "../../platform/d1/analytics/spike-store.ts";
import { closeNotice, openNotice } from "../../platform/d1/notice-store.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger } from "../../platform/logger.ts";

/** What is raised now: alarms, and what keeps a spike open. */
async function findRaised(
  db: D1Database,
  look: LookedAt,
  open: readonly SpikeKey[],
  itemsByLine: ItemsByLine,
): Promise<readonly Raised[]> {
  const { timezone } = config.analytics;
  const counted = new CountedHours(await readLineHours(db, [look.hour, ...eligibleHours(look.hour, timezone)]));
  const hours = baselineHours(look.hour, timezone, (hour) => counted.wasCounted(hour));
  if (hours === null) return [];
  const openItems = open.filter(({ scope }) => scope === "item").map(({ subject }) => subject);
  const items = await readRaisableItems(db, look.hour, openItems, [...hours.same, ...hours.beside]);
  const openSubjects = new Set(open.map(noticeSubject));
  return raisedSeries(composeLook({ hours, counted, itemsByLine }, look, items)).filter(
    (one) => one.alarms || openSubjects.has(noticeSubject(one)),
  );
}

/** Brings notices in line with the open spikes, whatever a look that was killed has left. */
async function keepNotices(db: D1Database, now: Date): Promise<void> {
  const open = new Set((await readOpenSpikes(db)).map(noticeSubject));
  const told = new Set(await readSpikeNotices(db));
  for (const subject of [...told].filter((one) => !open.has(one))) {
    await closeNotice(db, "demand_spike", subject, now);
    told.delete(subject);
  }
  for (const spike of await readToldSpikes(db)) {
    if (told.size >= SPIKES_TOLD_MAX && !told.has(noticeSubject(spike))) continue;
    await openNotice(db, spikeNotice(spike), now);
    told.add(noticeSubject(spike));
  }
}

/**
 * Compares what is in demand with what is usual at this hour, keeps what is unusual as spikes, and tells of them.
 * A look that runs twice, or is killed on its way and comes again, leaves the same.
 */
export async function lookForSpikes(env: RuntimeEnv, now: Date): Promise<void> {
  const { DB: db } = env;
  const look = lookedAt(now.getTime());
  const items = await itemsByLineOnceAnHour(db, now.getTime());
  const raised = await findRaised(db, look, await readOpenSpikes(db), items.itemsByLine);
  await keepSpikes(db, look.hour, raised, now);
  await keepNotices(db, now);
  await writeLastLook(db, { ...items, lookedAt: now.getTime() });
  logger.info("spikes_looked_for", { hour: new Date(look.hour).toISOString(), raised: raised.length });
}
