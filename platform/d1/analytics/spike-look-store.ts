import { z } from "zod";

import type { ItemsByLine } from "../../../domain/analytics/spikes/compose-look.ts";
import { HOUR_MILLISECONDS } from "../../../domain/ledger/limits.ts";
import { countItemsByLine } from "./spike-counts.ts";

const NAME = "spikes";

const lookSchema = z.object({
  looked_at: z.number().int(),
  items_counted_at: z.number().int(),
  items_by_line: z.record(z.string(), z.number().int()),
});

/** What the last look for spikes left for the next. Times are milliseconds since 1970 UTC. */
export interface LastLook {
  readonly lookedAt: number;
  readonly itemsCountedAt: number;
  readonly itemsByLine: ItemsByLine;
}

/** The last look that came to its end; null before the first. */
export async function readLastLook(db: D1Database): Promise<LastLook | null> {
  const row = await db.prepare("SELECT value FROM sync_state WHERE name = ?").bind(NAME).first<{ value: string }>();
  if (row === null) return null;
  const read = lookSchema.safeParse(JSON.parse(row.value)).data;
  if (read === undefined) return null;
  return { lookedAt: read.looked_at, itemsCountedAt: read.items_counted_at, itemsByLine: read.items_by_line };
}

/** Notes that a look came to its end. */
export async function writeLastLook(db: D1Database, look: LastLook): Promise<void> {
  const value = {
    looked_at: look.lookedAt,
    items_counted_at: look.itemsCountedAt,
    items_by_line: look.itemsByLine,
  };
  await db
    .prepare("INSERT OR REPLACE INTO sync_state (name, value) VALUES (?, ?)")
    .bind(NAME, JSON.stringify(value))
    .run();
}

/** How many items each line has, counted anew once an hour: that walks over all of them. */
export async function itemsByLineOnceAnHour(
  db: D1Database,
  now: number,
): Promise<Pick<LastLook, "itemsByLine" | "itemsCountedAt">> {
  const last = await readLastLook(db);
  if (last !== null && now >= last.itemsCountedAt && now - last.itemsCountedAt < HOUR_MILLISECONDS) return last;
  return { itemsByLine: await countItemsByLine(db), itemsCountedAt: now };
}
