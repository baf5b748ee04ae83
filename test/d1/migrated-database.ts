import { Miniflare } from "miniflare";

import { migrateD1 } from "../../scripts/bench/migrate-d1.ts";
import { d1Now } from "../../platform/d1/versions/clock.ts";

const SCRIPT = "export default { fetch() { return new Response(); } };";

/** A real D1 with every migration applied. */
export interface MigratedDatabase {
  readonly db: D1Database;
  /** Empties tables. */
  empty(tables: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Starts a D1 of its own. */
export async function migratedDatabase(): Promise<MigratedDatabase> {
  const miniflare = new Miniflare({ modules: true, script: SCRIPT, d1Databases: ["DB"] });
  const db = await miniflare.getD1Database("DB");
  await migrateD1(db);
  return {
    db,
    async empty(tables) {
      await db.batch(tables.map((table) => db.prepare(`DELETE FROM ${table}`)));
    },
    close: () => miniflare.dispose(),
  };
}

/** Waits until D1's clock has gone on, so that a change from now on has a time of its own. @returns the time before it has */
export async function nextMillisecond(db: D1Database): Promise<number> {
  const now = await d1Now(db);
  while ((await d1Now(db)) === now);
  return now;
}
