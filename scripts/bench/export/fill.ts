import type { RuntimeEnv } from "../../../platform/env.ts";
import { filledLedgers } from "./filled-ledger.ts";
import {
  AGE_VERSIONS,
  CHANGE_ITEMS,
  CHANGE_USERS,
  INSERT_ITEMS,
  INSERT_RATINGS,
  INSERT_USERS,
  ITEMS,
  type UserRange,
} from "./shop.ts";

/** Writes the catalogue. */
export async function fillItems({ DB }: Pick<RuntimeEnv, "DB">): Promise<void> {
  for (const sql of [INSERT_ITEMS, CHANGE_ITEMS]) await DB.prepare(sql).bind(0, ITEMS).run();
}

/** Writes some users: what the replica says of them into D1, what they did into the shards. */
export async function fillUsers(
  { DB, INTERACTION_LEDGER, LEDGER_SHARDS }: Pick<RuntimeEnv, "DB" | "INTERACTION_LEDGER" | "LEDGER_SHARDS">,
  users: UserRange,
  now: number,
): Promise<void> {
  for (const sql of [INSERT_USERS, CHANGE_USERS, INSERT_RATINGS]) {
    await DB.prepare(sql).bind(users.first, users.end).run();
  }
  for (const ledger of filledLedgers(INTERACTION_LEDGER, Number(LEDGER_SHARDS))) await ledger.fill(users, now);
}

/** Makes what was filled in as old as what a shop has. */
export async function ageVersions({ DB }: Pick<RuntimeEnv, "DB">): Promise<void> {
  for (const sql of AGE_VERSIONS) await DB.prepare(sql).run();
}
