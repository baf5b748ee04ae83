import type { Interaction } from "../events/interaction.ts";
import { WEEK_MILLISECONDS } from "./limits.ts";
import { signedInClient, transactionOf, USER_PREFIX } from "./routing.ts";

/** Weeks begin on Mondays, and 1970 began on a Thursday: the first Monday was four days later. */
const FIRST_MONDAY_MILLISECONDS = 4 * 24 * 60 * 60 * 1000;
const CLIENT_PREFIX = "c:";

/** Beginning of the week (Monday 00:00 UTC) that holds a moment, both in milliseconds since 1970 UTC. */
export function weekOf(at: number): number {
  const weeks = Math.floor((at - FIRST_MONDAY_MILLISECONDS) / WEEK_MILLISECONDS);
  return FIRST_MONDAY_MILLISECONDS + weeks * WEEK_MILLISECONDS;
}

/** Shoppers who came for the first time in a week, by whether they ever came before it. */
export interface WeeklyShoppers {
  /** Beginning of the week, milliseconds since 1970 UTC. */
  readonly week: number;
  readonly kind: "user" | "client";
  new_shoppers: number;
  returning_shoppers: number;
}

/** A shopper's first event of a week. */
export interface Visit {
  readonly shopper: string;
  readonly week: number;
}

/**
 * Who came in which weeks, by the time at which we received their events, each once. One-off ids are nobody's; orders and
 * sign-ins are in other shards than their shoppers, and would make them come there too.
 * @returns oldest week first
 */
export function visitsOf(interactions: Iterable<Interaction>): Visit[] {
  const visits = new Map<string, Visit>();
  for (const interaction of interactions) {
    const { shopper, received_at } = interaction;
    if (!shopper.startsWith(USER_PREFIX) && !shopper.startsWith(CLIENT_PREFIX)) continue;
    if (transactionOf(interaction) !== null || signedInClient(interaction) !== null) continue;
    const week = weekOf(received_at);
    visits.set(`${week} ${shopper}`, { shopper, week });
  }
  return [...visits.values()].toSorted((one, other) => one.week - other.week);
}

/**
 * Counts visits that are the shopper's first of their week.
 * @param lastWeeks the week of each known shopper's last visit before these; who is not in it never came
 */
export function countVisits(visits: readonly Visit[], lastWeeks: ReadonlyMap<string, number>): WeeklyShoppers[] {
  const last = new Map(lastWeeks);
  const sums = new Map<string, WeeklyShoppers>();
  for (const { shopper, week } of visits) {
    const before = last.get(shopper);
    // An event that waited for a week does not make its shopper come back into the past.
    if (before !== undefined && before >= week) continue;
    last.set(shopper, week);
    const kind = shopper.startsWith(USER_PREFIX) ? "user" : "client";
    const key = `${week} ${kind}`;
    const sum = sums.get(key) ?? { week, kind, new_shoppers: 0, returning_shoppers: 0 };
    sums.set(key, sum);
    sum[before === undefined ? "new_shoppers" : "returning_shoppers"] += 1;
  }
  return [...sums.values()];
}
