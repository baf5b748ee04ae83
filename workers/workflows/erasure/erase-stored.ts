import type { KnownPerson } from "../../../domain/erasure/mentions.ts";
import { PersonMatcher } from "../../../domain/erasure/person.ts";
import { addRemoved, type KnownClient } from "../../../domain/erasure/record.ts";
import { hourBeginning, HOUR_MILLISECONDS } from "../../../domain/lake/lake-keys.ts";
import { LAKE_TABLES, type LakeTableName } from "../../../domain/lake/lake-table.ts";
import { CLOSED_AFTER_MILLISECONDS } from "../../../domain/lake/limits.ts";
import { LAKE_TABLE_TRAITS } from "../../../domain/lake/tables.ts";
import { LEASE_SECONDS } from "../../../domain/sync/limits.ts";
import { SERVED_LOOK_BACK_MAX_HOURS } from "../../../domain/served/limits.ts";
import { erasePositions } from "../../../platform/d1/erased-positions.ts";
import { acquireLease, releaseLease } from "../../../platform/d1/lease-store.ts";
import { eraseUserRows } from "../../../platform/d1/erasure-store.ts";
import { logger, messageOf } from "../../../platform/logger.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import { pseudonymizer } from "../../../platform/pseudonym.ts";
import { dataSecret, sealerOf } from "../../../platform/quarantine/seal.ts";
import { compactHour } from "../compaction/compact-hour.ts";
import { isClosed } from "../compaction/find-work.ts";
import { SYNC_LEASE } from "../sync/context.ts";
import type { ErasureContext } from "./context.ts";
import type { ForgottenUser } from "./erase-live.ts";
import { lookThroughKept } from "./kept-files.ts";
import { earlier, eraseHourOf, type LakeLookDeps, lookThrough } from "./lake-look.ts";
import { CLOSED_FOR_MILLISECONDS, LATE_SERVED_MILLISECONDS, PASS_MILLISECONDS, PASSES_MAX } from "./limits.ts";

/** Before every hour of the lake. */
const BEFORE_ALL = -1;

async function eraseUncompacted(
  context: ErasureContext,
  look: LakeLookDeps,
  pass: number,
  table: LakeTableName,
  hourMs: number,
): Promise<number | null> {
  const { step, now } = context.deps;
  const hour = new Date(hourMs).toISOString();
  const name = (what: string): string => `${table} ${hour}: ${what} (${pass})`;
  const place = { bucket: look.bucket, traits: LAKE_TABLE_TRAITS[table], hourMs };
  try {
    await compactHour((what, run) => step(name(what), run), place, { now });
  } catch (error) {
    // Somebody else's run may be at it, or a file is damaged: the next pass tries again, and the other hours go on.
    logger.warn("erasure_hour_busy", { table, hour, message: messageOf(error) });
    return hourMs;
  }
  const erased = await context.step(
    name("person"),
    "lake",
    async () => ({ ...(await eraseHourOf(look, table, hourMs)) }),
    ({ rows, files }) => ({
      removed: addRemoved(context.removed, "lake", { rows, files, hours: rows > 0 ? 1 : 0 }),
    }),
  );
  return erased.state === "clean" ? null : hourMs;
}

/** @returns the earliest hour of the table that must be looked at again; null for none */
async function eraseTable(
  context: ErasureContext,
  look: LakeLookDeps,
  pass: number,
  table: LakeTableName,
  from: number,
): Promise<number | null> {
  let again: number | null = null;
  let after: number | null = from;
  while (after !== null) {
    const begin: number = after;
    const found = await context.step(
      `${table}: look behind ${begin} (${pass})`,
      "lake",
      () => lookThrough(look, table, begin),
      ({ rows, files, hours }) => ({ removed: addRemoved(context.removed, "lake", { rows, files, hours }) }),
    );
    again = earlier(again, found.again);
    for (const hourMs of found.uncompacted) {
      again = earlier(again, await eraseUncompacted(context, look, pass, table, hourMs));
    }
    after = found.next;
  }
  return again;
}

async function eraseKept(context: ErasureContext, person: KnownPerson, pass: number): Promise<void> {
  const { env, now } = context.deps;
  const secret = dataSecret(env);
  const deps = {
    bucket: env.LAKE,
    db: env.DB,
    sealer: await sealerOf(secret),
    pseudonym: pseudonymizer(secret),
    person,
    now,
  };
  for (const [prefix, group] of [
    ["quarantine/", "quarantine"],
    ["dead-letters/", "dead_letters"],
  ] as const) {
    let after: string | null = null;
    for (let part = 1; part === 1 || after !== null; part++) {
      const from: string | null = after;
      const found: Awaited<ReturnType<typeof lookThroughKept>> = await context.step(
        `${prefix} ${part} (${pass})`,
        "kept files",
        () => lookThroughKept(deps, prefix, from),
        ({ records, files, unreadable }) => {
          // Those that cannot be opened are the same ones in every pass.
          const more = { records, files, unreadable: pass === 1 ? unreadable : 0 };
          return { removed: addRemoved(context.removed, group, more) };
        },
      );
      after = found.next;
    }
  }
}

/** @throws Error while a sync is at work: it would write again what it has read */
async function forgetPositions({ DB }: RuntimeEnv, userId: string, now: number): Promise<void> {
  const lease = { name: SYNC_LEASE, holder: `erasure ${crypto.randomUUID()}` };
  if (!(await acquireLease(DB, lease.name, lease.holder, new Date(now), LEASE_SECONDS))) {
    throw new Error("A sync is at work: what it remembers is looked at when it has ended.");
  }
  try {
    await erasePositions(DB, userId, lease);
  } finally {
    await releaseLease(DB, lease.name, lease.holder);
  }
}

/** One pass over all that is stored. @returns from which hour of the lake on another one must look; null when that was all */
async function erasePass(
  context: ErasureContext,
  userId: string,
  { clients, at }: ForgottenUser,
  pass: number,
  from: number,
): Promise<number | null> {
  const { env, now, committedBefore: ask, userColumns } = context.deps;
  const pseudonym = pseudonymizer(dataSecret(env));
  const lakeClients = clients.map((one: KnownClient) => ({ ...one, client: pseudonym(one.client) }));
  const person = new PersonMatcher({ user: pseudonym(`u:${userId}`), clients: lakeClients });
  await context.step(
    `database (${pass})`,
    "database",
    () => eraseUserRows(env.DB, userId),
    (rows) => ({ removed: addRemoved(context.removed, "database", rows) }),
  );
  await context.step(`positions (${pass})`, "database", () => forgetPositions(env, userId, now()).then(() => null));
  const { committedBefore, begun } = await context.step(`closed hours (${pass})`, "lake", async () => ({
    committedBefore: await ask(),
    begun: now(),
  }));
  const look: LakeLookDeps = { bucket: env.LAKE, db: env.DB, person, now, committedBefore };
  let again: number | null = null;
  // What was on its way when the user was forgotten is in the lake when this hour has closed.
  const newest = hourBeginning(at + LATE_SERVED_MILLISECONDS);
  for (const table of LAKE_TABLES) {
    again = earlier(again, await eraseTable(context, look, pass, table, from));
    if (!isClosed(table, newest, { now: begun, committedBefore })) {
      // A batch that comes again goes into the hour in which its first file stands.
      again = earlier(again, hourBeginning(at) - SERVED_LOOK_BACK_MAX_HOURS * HOUR_MILLISECONDS);
    }
  }
  const names = new Set(clients.map(({ client }) => client));
  await eraseKept(context, { userId, clients: names, pseudonyms: person.pseudonyms, userColumns }, pass);
  return again;
}

/**
 * Takes a forgotten user out of D1, the lake, and what could not be taken: at once where the lake's hours are closed, and
 * in further passes from the first one on that is not. A pass also finds what was on its way to D1 or R2.
 * @throws Error when hours of the lake can neither be read nor compacted for days
 */
export async function eraseStored(context: ErasureContext, userId: string, forgotten: ForgottenUser): Promise<void> {
  const { now, sleepUntil } = context.deps;
  const newest = hourBeginning(forgotten.at + LATE_SERVED_MILLISECONDS);
  const closed = newest + HOUR_MILLISECONDS + CLOSED_AFTER_MILLISECONDS + CLOSED_FOR_MILLISECONDS;
  let from = BEFORE_ALL;
  for (let pass = 1; pass <= PASSES_MAX; pass++) {
    const again = await erasePass(context, userId, forgotten, pass, from);
    if (again === null) return;
    const until = await context.step(
      `wait (${pass})`,
      "waiting",
      async () => (pass === 1 ? Math.max(closed, now()) : now() + PASS_MILLISECONDS),
      (waitingUntil) => ({ waitingUntil }),
    );
    await sleepUntil(`hours close (${pass})`, until);
    from = again - 1;
  }
  throw new Error(
    `Hours of the lake from ${new Date(from + 1).toISOString()} on could not be read or compacted: mend them, then erase again.`,
  );
}
