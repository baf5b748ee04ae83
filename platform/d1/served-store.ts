import { hourBeginning, HOUR_MILLISECONDS } from "../../domain/lake/lake-keys.ts";
import type { ServedCounts, ServedHourCounts } from "../../domain/served/served-counts.ts";

const HOUR_SUMS = ["answers", "items", "degraded", "slow", "lost"] as const;
const ITEM_KEYS = ["hour", "placement", "strategy", "model_version", "arm"] as const;

const members = (columns: readonly string[]): string => columns.map((column) => `value ->> '${column}'`).join(", ");

const ADD_HOURS = `INSERT INTO hourly_served (hour, ${HOUR_SUMS.join(", ")})
  SELECT ${members(["hour", ...HOUR_SUMS])} FROM json_each(?) WHERE true
  ON CONFLICT (hour) DO UPDATE SET ${HOUR_SUMS.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(", ")}`;

const ADD_REASONS = `INSERT INTO hourly_degraded (hour, reason, answers)
  SELECT ${members(["hour", "reason", "answers"])} FROM json_each(?) WHERE true
  ON CONFLICT (hour, reason) DO UPDATE SET answers = answers + excluded.answers`;

const ADD_ITEMS = `INSERT INTO hourly_recommendations
    (${ITEM_KEYS.join(", ")}, served, grain, currency, impressions, clicks, carts, purchases, quantity, revenue)
  SELECT ${members([...ITEM_KEYS, "served"])}, 'hour', '', 0, 0, 0, 0, 0, 0 FROM json_each(?) WHERE true
  ON CONFLICT (${ITEM_KEYS.join(", ")}, grain, currency) DO UPDATE SET served = served + excluded.served`;

// A message that is there already fails the transaction, and with it what would be counted twice.
const NOTE_MESSAGES = "INSERT INTO served_messages SELECT value, ?2 FROM json_each(?1)";

/** Those of some messages that are counted. */
export async function countedMessages(db: D1Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { results } = await db
    .prepare("SELECT message_id FROM served_messages WHERE message_id IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(ids))
    .all<{ message_id: string }>();
  return new Set(results.map((row) => row.message_id));
}

/**
 * Adds what some messages hold, and notes that it is in: all or nothing.
 * @param now milliseconds since 1970 UTC
 * @throws what D1 throws, also when one of the messages is counted already
 */
export async function addServed(
  db: D1Database,
  messageIds: readonly string[],
  counts: ServedCounts,
  now: number,
): Promise<void> {
  await db.batch([
    db.prepare(NOTE_MESSAGES).bind(JSON.stringify(messageIds), now),
    db.prepare(ADD_HOURS).bind(JSON.stringify(counts.hours)),
    db.prepare(ADD_REASONS).bind(JSON.stringify(counts.reasons)),
    db.prepare(ADD_ITEMS).bind(JSON.stringify(counts.items)),
  ]);
}

/** Hours, newest first, and whether anything was served in earlier ones. */
export interface ServedHours {
  readonly hours: readonly ServedHourCounts[];
  readonly hasEarlier: boolean;
}

/**
 * What was served in each of some hours that follow each other; hours without anything are there too.
 * @param newest a moment of the newest hour, milliseconds since 1970 UTC
 */
export async function servedHours(db: D1Database, newest: number, hours: number): Promise<ServedHours> {
  const last = hourBeginning(newest);
  const first = last - (hours - 1) * HOUR_MILLISECONDS;
  const [sums, earlier] = await db.batch<ServedHourCounts>([
    db.prepare("SELECT * FROM hourly_served WHERE hour BETWEEN ? AND ?").bind(first, last),
    db.prepare("SELECT * FROM hourly_served WHERE hour < ? LIMIT 1").bind(first),
  ]);
  const byHour = new Map((sums?.results ?? []).map((row) => [row.hour, row]));
  return {
    hours: Array.from({ length: hours }, (_, back) => {
      const hour = last - back * HOUR_MILLISECONDS;
      return byHour.get(hour) ?? { hour, answers: 0, items: 0, degraded: 0, slow: 0, lost: 0 };
    }),
    hasEarlier: (earlier?.results.length ?? 0) > 0,
  };
}
