import { addRemoved, type KnownClient } from "../../../domain/erasure/record.ts";
import { ledgerName } from "../../../domain/ledger/routing.ts";
import type { RuntimeEnv } from "../../../platform/env.ts";
import type { ErasureContext } from "./context.ts";
import { ORDER_CALLS_PER_STEP, ORDERS_PER_CALL } from "./limits.ts";

/** Of a browser of which only the session knew: when it was the user's is not known. */
const NO_TIME = -1;

type Ledger = ReturnType<RuntimeEnv["INTERACTION_LEDGER"]["getByName"]>;

/** Who was forgotten by sessions and ledger, and when the last of them had. */
export interface ForgottenUser {
  readonly clients: readonly KnownClient[];
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

function ledgersOf(env: RuntimeEnv): Ledger[] {
  const shards = Array.from({ length: Number(env.LEDGER_SHARDS) }, (_, shard) => shard);
  return shards.map((shard) => env.INTERACTION_LEDGER.getByName(ledgerName(shard)));
}

function united(...lists: readonly (readonly KnownClient[])[]): KnownClient[] {
  const byText = new Map(lists.flat().map((one) => [JSON.stringify([one.client, one.after, one.upto]), one]));
  return [...byText.values()];
}

/** Browsers with the times that were the user's; of which no time is known, all up to the erasure. */
function withTimes(clients: readonly KnownClient[], at: number): KnownClient[] {
  const timed = clients.filter(({ upto }) => upto !== NO_TIME);
  const known = new Set(timed.map(({ client }) => client));
  const others = new Set(clients.map(({ client }) => client).filter((client) => !known.has(client)));
  return [...timed, ...[...others].map((client) => ({ client, after: NO_TIME, upto: at }))];
}

async function forgetSessions(
  context: ErasureContext,
  userId: string,
  inherited: readonly KnownClient[],
): Promise<KnownClient[]> {
  const { env } = context.deps;
  const { SHOPPER_SESSION: sessions } = env;
  const session = sessions.getByName(`u:${userId}`);
  // Noted before anything forgets them: a run that dies behind this must still find them.
  const merged = await context.step(
    "browsers of the session",
    "sessions",
    async () => (await session.mergedClients()).map((id) => ({ client: `c:${id}`, after: NO_TIME, upto: NO_TIME })),
    (found) => ({ clients: united(inherited, found) }),
  );
  // Before the ledger is asked: a sign-in that waits in the session is offered to it by this.
  await context.step(
    "session",
    "sessions",
    async () => {
      await session.erase("stays_erased");
      return 1;
    },
    (count) => ({ removed: { ...context.removed, sessions: context.removed.sessions + count } }),
  );
  const signedIn = await context.step(
    "browsers of the ledger",
    "sessions",
    async () => (await Promise.all(ledgersOf(env).map((ledger) => ledger.clientsOf(`u:${userId}`)))).flat(),
    (found) => ({ clients: united(inherited, merged, found) }),
  );
  const clients = united(inherited, merged, signedIn);
  const names = [...new Set(clients.map(({ client }) => client))];
  await context.step(
    "sessions of browsers",
    "sessions",
    async () => {
      for (const name of names) await sessions.getByName(name).erase("begins_anew");
      return names.length;
    },
    (count) => ({ removed: { ...context.removed, sessions: context.removed.sessions + count } }),
  );
  return clients;
}

async function forgetOrders(context: ErasureContext, userId: string, clients: readonly KnownClient[]): Promise<void> {
  for (const [shard, ledger] of ledgersOf(context.deps.env).entries()) {
    let after: string | null = null;
    for (let part = 1; part === 1 || after !== null; part++) {
      const from: string | null = after;
      const page: { orders: number; next: string | null } = await context.step(
        `orders of shard ${shard} (${part})`,
        "ledger",
        async () => {
          let [orders, next] = [0, from];
          for (let call = 0; call < ORDER_CALLS_PER_STEP; call++) {
            const request = { user: `u:${userId}`, clients: [...clients], after: next, rows: ORDERS_PER_CALL };
            const erased = await ledger.eraseOrders(request);
            orders += erased.rows;
            next = erased.next;
            if (next === null) break;
          }
          return { orders, next };
        },
        (found) => ({ removed: addRemoved(context.removed, "ledger", found) }),
      );
      after = page.next;
    }
  }
}

/**
 * Has a shard forget a user. What waits for the lake goes there first, under the user's pseudonym, by which it is found
 * and blanked: the ledger alone would make it nobody's, and leave the ids of its events.
 */
async function forget(ledger: Ledger, user: string): Promise<{ readonly rows: number }> {
  await ledger.flush();
  return ledger.erase(user);
}

/** Has sessions and ledger forget a user: from then on nothing new of them is kept. */
export async function eraseLive(
  context: ErasureContext,
  userId: string,
  inherited: readonly KnownClient[],
): Promise<ForgottenUser> {
  const { env, now } = context.deps;
  const clients = await forgetSessions(context, userId, inherited);
  const { at } = await context.step(
    "totals",
    "ledger",
    async () => {
      const erased = await Promise.all(ledgersOf(env).map((ledger) => forget(ledger, `u:${userId}`)));
      return { totals: erased.reduce((sum, { rows }) => sum + rows, 0), at: now() };
    },
    ({ totals }) => ({ removed: addRemoved(context.removed, "ledger", { totals }) }),
  );
  const known = withTimes(clients, at);
  await forgetOrders(context, userId, known);
  return { clients: known, at };
}
