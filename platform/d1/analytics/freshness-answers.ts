import { desc, eq, inArray } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

import { type AnsweredHour, tellingHour } from "../../../domain/analytics/freshness-degraded.ts";
import { hourlyDegraded, hourlyServed } from "../schema.ts";

const HOUR_MILLISECONDS = 3_600_000;

/** The hour that says how answers are, and why stages were left out in it, the most frequent reason first. */
export interface LastAnswers {
  readonly hour: AnsweredHour;
  readonly reasons: readonly { readonly reason: string; readonly answers: number }[];
}

/** How answers are. @param now milliseconds since 1970 UTC */
export async function readLastAnswers(db: D1Database, now: number): Promise<LastAnswers> {
  const present = now - (now % HOUR_MILLISECONDS);
  const database = drizzle(db);
  const found = await database
    .select()
    .from(hourlyServed)
    .where(inArray(hourlyServed.hour, [present, present - HOUR_MILLISECONDS]));
  const hourAt = (hour: number): AnsweredHour =>
    found.find((one) => one.hour === hour) ?? { hour, answers: 0, degraded: 0, slow: 0, lost: 0 };
  const hour = tellingHour(hourAt(present), hourAt(present - HOUR_MILLISECONDS));
  const reasons = await database
    .select({ reason: hourlyDegraded.reason, answers: hourlyDegraded.answers })
    .from(hourlyDegraded)
    .where(eq(hourlyDegraded.hour, hour.hour))
    .orderBy(desc(hourlyDegraded.answers), hourlyDegraded.reason);
  return { hour, reasons };
}
