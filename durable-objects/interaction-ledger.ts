import { DurableObject } from "cloudflare:workers";
import { z } from "zod";

import config from "#shop-config";
import type { Interaction } from "../domain/events/interaction.ts";
import {
  ALARM_OVERDUE_MILLISECONDS,
  COUNTERS_MILLISECONDS,
  CUT_AHEAD_MAX_MILLISECONDS,
  OUTSIDE_DEADLINE_MILLISECONDS,
  RETRY_MAX_MILLISECONDS,
  SEGMENT_MILLISECONDS,
  STORAGE_MAX_BYTES,
} from "../domain/ledger/limits.ts";
import type { ReplicaOrder } from "../domain/ledger/order-state.ts";
import { shardOfName } from "../domain/ledger/routing.ts";
import {
  countersDueAt,
  type LedgerBacklog,
  type LedgerPeriods,
  nextLedgerAlarm,
  segmentEvents,
} from "../domain/ledger/schedule.ts";
import type { LedgerStatus } from "../domain/ledger/status.ts";
import type { Totals } from "../domain/ledger/totals.ts";
import {
  type ClientPeriod,
  countAsOfSchema,
  cutSchema,
  eraseOrdersSchema,
  type EraseOrdersRequest,
  type TotalsAsOfRequest,
  totalsAsOfSchema,
  type TotalsCount,
  type TotalsPage,
  userShopperSchema,
  type WithoutTotalsRequest,
  withoutTotalsSchema,
} from "../domain/ledger/totals-as-of.ts";
import type { RuntimeEnv } from "../platform/env.ts";
import { logger, messageOf } from "../platform/logger.ts";
import { pseudonymizer } from "../platform/pseudonym.ts";
import { dataSecret } from "../platform/quarantine/seal.ts";
import { Appender, type AppendOutcome } from "./ledger/appender.ts";
import { ErasedShoppers } from "./ledger/erased-shoppers.ts";
import { Eraser } from "./ledger/eraser.ts";
import { EventIds } from "./ledger/event-ids.ts";
import { type DueWork, FollowUp } from "./ledger/follow-up.ts";
import { Journal } from "./ledger/journal.ts";
import { migrate } from "./ledger/migrate.ts";
import { LEDGER_MIGRATIONS } from "./ledger/migrations.ts";
import { type ErasedOrders, OrderBook } from "./ledger/order-book.ts";
import { Outside } from "./ledger/outside.ts";
import { assertShards } from "./ledger/shard-count.ts";
import { ShopperTotals, type Transfer } from "./ledger/shopper-totals.ts";
import { LedgerStateStore } from "./ledger/state.ts";
import { TotalsHistory } from "./ledger/totals-history.ts";
import { Visits } from "./ledger/visits.ts";
import { ObjectAlarm } from "./object-alarm.ts";

const settingsSchema = z.object({
  LEDGER_SHARDS: z.coerce.number().int().positive(),
  /** A deployment's variables may shorten the periods; tests do. */
  LEDGER_COUNTERS_MILLISECONDS: z.coerce.number().nonnegative().default(COUNTERS_MILLISECONDS),
  LEDGER_SEGMENT_MILLISECONDS: z.coerce.number().nonnegative().default(SEGMENT_MILLISECONDS),
  LEDGER_OUTSIDE_MILLISECONDS: z.coerce.number().positive().default(OUTSIDE_DEADLINE_MILLISECONDS),
  ALARM_OVERDUE_MILLISECONDS: z.coerce.number().positive().default(ALARM_OVERDUE_MILLISECONDS),
});

/**
 * One shard of what all shoppers did (docs/ledger.md). Delivery is at least once, appending is idempotent: together,
 * each event counts exactly once. What follows from an append, counters and lake, is the alarm's.
 */
export class InteractionLedger extends DurableObject<RuntimeEnv> {
  readonly #storage: DurableObjectStorage;
  readonly #shard: number;
  readonly #shards: number;
  readonly #periods: LedgerPeriods;
  readonly #store: LedgerStateStore;
  readonly #ids: EventIds;
  readonly #totals: ShopperTotals;
  readonly #history: TotalsHistory;
  readonly #orders: OrderBook;
  readonly #eraser: Eraser;
  readonly #journal: Journal;
  readonly #visits: Visits;
  readonly #appender: Appender;
  readonly #outside: Outside;
  readonly #followUp: FollowUp;
  readonly #alarm: ObjectAlarm;
  #working: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #error: string | null = null;

  constructor(state: DurableObjectState, env: RuntimeEnv) {
    super(state, env);
    this.#storage = state.storage;
    const settings = settingsSchema.parse(env);
    this.#shard = shardOfName(state.id.name);
    this.#shards = settings.LEDGER_SHARDS;
    this.#periods = {
      counters: settings.LEDGER_COUNTERS_MILLISECONDS,
      segment: settings.LEDGER_SEGMENT_MILLISECONDS,
      turn: this.#shard / this.#shards,
    };
    const { sql } = this.#storage;
    // Synchronous: no call is taken before it is through.
    migrate(this.#storage, LEDGER_MIGRATIONS);
    this.#store = new LedgerStateStore(sql);
    this.#ids = new EventIds(sql, this.#store);
    const erased = new ErasedShoppers(sql, () => pseudonymizer(dataSecret(env)));
    this.#totals = new ShopperTotals(sql, this.#store, erased, this.#shard);
    this.#history = new TotalsHistory(sql, this.#store);
    this.#orders = new OrderBook(sql, config.shop, erased);
    this.#journal = new Journal(sql, this.#store, segmentEvents(this.#periods));
    this.#visits = new Visits(sql);
    this.#eraser = new Eraser(sql, this.#journal, erased, this.#visits);
    const [journal, visits] = [this.#journal, this.#visits];
    const parts = { shard: this.#shard, ids: this.#ids, totals: this.#totals, journal, visits };
    this.#appender = new Appender({ ...parts, orders: this.#orders, erased });
    this.#alarm = new ObjectAlarm(this.#storage, settings.ALARM_OVERDUE_MILLISECONDS);
    this.#outside = new Outside(env, this.#shard, settings.LEDGER_OUTSIDE_MILLISECONDS);
    this.#followUp = new FollowUp(
      { ...parts, store: this.#store, visits: this.#visits },
      this.#outside,
      (work, error) => {
        this.#error = `${work}: ${messageOf(error)}`;
      },
    );
  }

  /**
   * Takes those of `interactions` that are new: their ids, what they add to totals and orders, and a journal row per
   * pack, in one transaction. What came before is left out; so a redelivery, whole or in part, changes nothing.
   * @throws Error when `LEDGER_SHARDS` is not what this deployment was made with, or when the shard is full
   */
  append(interactions: readonly Interaction[]): Promise<AppendOutcome> {
    return this.#change((now) => this.#appender.append(interactions, now));
  }

  /** Takes orders as the replica has them; one that says what is known changes nothing. @throws like {@link append} */
  async appendOrders(orders: readonly ReplicaOrder[]): Promise<void> {
    await this.#change((now) => this.#appender.appendOrders(orders, now));
  }

  /** Takes what another shard has to tell about this shard's shoppers, each number once. @throws like {@link append} */
  async receive(source: number, transfers: readonly Transfer[]): Promise<void> {
    await this.#change((now) => this.#totals.receive(source, transfers, now));
  }

  /** Those of `eventIds` that were never appended here. */
  missing(eventIds: readonly string[]): string[] {
    return this.#ids.missing(eventIds);
  }

  /** What a shopper of this shard has done so far, by item. */
  totals(shopper: string): Totals[] {
    return this.#totals.read(shopper);
  }

  /** The stamp that a change of totals would get now, milliseconds since 1970 UTC: what happened before has none later. */
  clock(): number {
    const now = Date.now();
    this.#history.begin(now);
    return this.#store.stamp(now);
  }

  /**
   * Promises, for good, that every change of totals from now on is stamped later than `asOf`: what is read as of then
   * does not change any more. Promising an earlier moment after a later one changes nothing.
   * @param asOf milliseconds since 1970 UTC
   * @throws Error when that is more than a day ahead of the clock
   */
  async cut(asOf: number): Promise<void> {
    const moment = cutSchema.parse(asOf);
    const now = Date.now();
    if (moment > now + CUT_AHEAD_MAX_MILLISECONDS) {
      throw new Error(
        `${new Date(moment).toISOString()} is too far ahead to promise: ask for a moment near the clock.`,
      );
    }
    this.#history.begin(now);
    if (moment > this.#store.state.cut) this.#store.write({ cut: moment });
  }

  /**
   * A page of users' totals as they were at a moment, in the order of their keys. What is read of a moment that was
   * promised ({@link cut}) is the same however often, until the moment is out of reach.
   * @param request `rows` are at most 32,768
   * @throws Error when totals are not known that far back: says how far they are
   */
  totalsAsOf(request: TotalsAsOfRequest): TotalsPage {
    return this.#history.page(totalsAsOfSchema.parse(request), Date.now());
  }

  /**
   * Counts what {@link totalsAsOf} gives, by another way, to check it.
   * @param request `rows` are at most 262,144: the shard does nothing else in the meantime
   * @throws Error like {@link totalsAsOf}
   */
  countAsOf(request: TotalsAsOfRequest): TotalsCount {
    return this.#history.count(countAsOfSchema.parse(request), Date.now());
  }

  /** The places in `pairs` of those users and items that had no totals at a moment. @throws Error like {@link totalsAsOf} */
  withoutTotals(request: WithoutTotalsRequest): number[] {
    return this.#history.without(withoutTotalsSchema.parse(request), Date.now());
  }

  /** The clients whose sign-ins came to this shard that are a user's, and what of their doings is. Until {@link erase}. */
  clientsOf(user: string): ClientPeriod[] {
    return this.#eraser.clientsOf(userShopperSchema.parse(user));
  }

  /**
   * Forgets a user for good (docs/ledger.md, Erasure): totals, sign-ins, what waits for other shards and for the lake.
   * Also what still comes of the user is nobody's from now on. To be asked of every shard; asking again does no harm.
   * @param user `u:…`
   * @returns how many rows of totals are gone
   * @throws Error for a deployment without `DATA_SECRET`, or while the lake keeps a file of before waiting
   */
  erase(user: string): Promise<{ rows: number }> {
    const shopper = userShopperSchema.parse(user);
    // Not beside other work: a segment on its way to the lake was read before, and would get there after.
    return this.#alone(async () => {
      await this.#outside.putsDone();
      return this.#atomically((now) => ({ rows: this.#eraser.erase(shopper, now) }));
    });
  }

  /**
   * Makes nobody's what of this shard's orders is a user's, page by page. Every shard must have forgotten the user before
   * ({@link erase}), or a later order could be behind the page. What orders count as stays.
   * @param request `rows` are at most 50,000
   */
  async eraseOrders(request: EraseOrdersRequest): Promise<ErasedOrders> {
    const asked = eraseOrdersSchema.parse(request);
    return this.#atomically(() => this.#orders.erase(asked));
  }

  /**
   * The beginning of an hour of ingest (milliseconds since 1970 UTC): this shard's part of the lake is whole for every
   * earlier one, and stays so.
   */
  committedBefore(): number {
    return this.#journal.committedBefore(Date.now());
  }

  /** What waits here. Whoever asks also makes sure that somebody will see to it: an alarm may have been lost. */
  async status(): Promise<LedgerStatus> {
    await this.#arm();
    return {
      shard: this.#shard,
      storage_bytes: this.#storage.sql.databaseSize,
      uncounted_since: this.#journal.uncountedSince,
      unstored_since: this.#journal.unstoredSince,
      sealed: this.#store.state.sealed.filter((segment) => !segment.stored).length,
      transfers: this.#totals.waiting,
      failures: this.#failures,
      error: this.#error,
    };
  }

  /** Brings everything that waits to counters and lake now, whether it is due or not. @returns how the shard is then */
  async flush(): Promise<LedgerStatus> {
    await this.#work({ counters: true, segment: true });
    return this.status();
  }

  /**
   * Tells other shards now what waits for them. They may have to tell others in turn.
   * @returns how many transfers still wait
   */
  async settle(): Promise<number> {
    await this.#work({ counters: false, segment: false });
    return this.#totals.waiting;
  }

  /** Does what is due. Nothing here throws: a throwing alarm is tried a few times within minutes, and then never again. */
  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    this.#alarm.came(info?.scheduledTime ?? null);
    const now = Date.now();
    const { uncountedSince, unsealedSince } = this.#journal;
    try {
      await this.#work({
        counters: uncountedSince !== null && countersDueAt(uncountedSince, this.#periods) <= now,
        segment: unsealedSince !== null && unsealedSince + this.#periods.segment <= now,
      });
    } catch (error) {
      // Only this object's own storage can bring it here. The next append arms the alarm if this does not.
      logger.error("ledger_alarm_failed", { shard: this.#shard, message: messageOf(error) });
      await this.#alarm.wakeBy(now + RETRY_MAX_MILLISECONDS).catch(() => undefined);
    }
  }

  /** One at a time: two that add the same sums would both note them as added. */
  #work(due: DueWork): Promise<void> {
    return this.#alone(() => this.#workAlone(due));
  }

  #alone<Outcome>(work: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    const working = this.#working.then(work);
    // What failed is its caller's; what comes after is none the worse for it.
    this.#working = working.catch(() => undefined);
    return working;
  }

  async #workAlone(due: DueWork): Promise<void> {
    const done = await this.#followUp.run(due, Date.now());
    if (done) {
      if (this.#failures > 0) logger.info("ledger_recovered", { shard: this.#shard, failures: this.#failures });
      [this.#failures, this.#error] = [0, null];
    } else {
      // Said once, when it begins.
      if (this.#failures === 0) logger.error("ledger_follow_up_failed", { shard: this.#shard, message: this.#error });
      this.#failures += 1;
    }
    await this.#arm();
  }

  /** Runs a change in one transaction, and arms the alarm for what follows from it in the same turn. */
  async #change<Outcome>(change: (now: number) => Outcome): Promise<Outcome> {
    await assertShards(this.#store, this.env.DB, this.#shards);
    await this.#alarm.load();
    const { databaseSize } = this.#storage.sql;
    if (databaseSize > STORAGE_MAX_BYTES) {
      throw new Error(
        `Ledger shard ${this.#shard} holds ${databaseSize} bytes and takes no more: see docs/operations.md.`,
      );
    }
    const outcome = this.#atomically((now) => {
      // A new week is a good time to look for what may be forgotten.
      if (this.#ids.turn(now)) {
        this.#totals.beginSweep();
        this.#visits.sweep(now);
      }
      this.#history.begin(now);
      return change(now);
    });
    await this.#arm();
    return outcome;
  }

  /** Runs a change in one transaction: after one that fails, memory is what the disk is. */
  #atomically<Outcome>(change: (now: number) => Outcome): Outcome {
    const before = this.#store.state;
    try {
      return this.#storage.transactionSync(() => change(Date.now()));
    } catch (error) {
      this.#store.restore(before);
      this.#journal.load();
      throw error;
    }
  }

  #backlog(): LedgerBacklog {
    return {
      uncountedSince: this.#journal.uncountedSince,
      unsealedSince: this.#journal.unsealedSince,
      segmentFull: this.#journal.isFull,
      sealed: this.#store.state.sealed.filter((segment) => !segment.stored).length,
      transfers: this.#totals.waiting,
      sweeping: this.#store.state.sweep !== null,
      failures: this.#failures,
    };
  }

  async #arm(): Promise<void> {
    const at = nextLedgerAlarm(this.#backlog(), this.#periods, Date.now());
    if (at !== null) await this.#alarm.wakeBy(at);
  }
}
