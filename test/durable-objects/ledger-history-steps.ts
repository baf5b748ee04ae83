import type { Interaction } from "../../domain/events/interaction.ts";
import type { ReplicaOrder } from "../../domain/ledger/order-state.ts";
import { NO_TOTALS } from "../../domain/ledger/totals.ts";
import type { RemoteLedger } from "./ledger-remote.ts";
import { interaction, purchase, TODAY } from "./ledger-world.ts";

/** Some users and clients of one shard. */
export interface HistoryWorld {
  readonly seed: number;
  readonly users: readonly string[];
  readonly clients: readonly string[];
  readonly random: () => number;
}

const ITEMS = ["a", "b", "c", "d"];
const NAMES = ["view_item", "add_to_cart", "remove_from_cart", "add_to_wishlist", "rate_item"];
const ORDERS = 4;

/** Does one thing or another to a shard, once. */
export async function historyStep(
  shard: RemoteLedger,
  { seed, users, clients, random }: HistoryWorld,
  step: number,
): Promise<void> {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
  const id = `${seed}-${step}`;
  const moment = TODAY + below(3_600_000);
  const line = () => ({ item_id: pick(ITEMS), quantity: 1 + below(3), price: below(5_000) / 100 });
  const transaction_id = `${seed}-order-${below(ORDERS)}`;
  const params = { transaction_id, currency: "USD" };
  const kind = random();
  if (kind < 0.45) {
    const events = Array.from({ length: 1 + below(5) }, (_, n): Interaction => {
      const name = pick(NAMES);
      return interaction(`${id}-${n}`, {
        name,
        shopper: pick([...users, ...clients]),
        at: moment,
        items: [{ item_id: pick(ITEMS) }],
        params: name === "rate_item" ? { rating: 1 + below(5) } : {},
      });
    });
    await shard.append(events);
  } else if (kind < 0.6) {
    await shard.append([purchase(id, transaction_id, [line()], { shopper: pick([...users, ...clients]), at: moment })]);
  } else if (kind < 0.7) {
    await shard.append([interaction(id, { name: "refund", items: [line()], params, at: moment + 5 })]);
  } else if (kind < 0.8) {
    const order: ReplicaOrder = {
      transaction_id,
      version: step,
      user_id: pick(users).slice("u:".length),
      at: TODAY,
      date_only: true,
      cancelled: random() < 0.3,
      lines: [line(), line()],
      seen_at: moment + 10,
    };
    await shard.appendOrders([order]);
  } else if (kind < 0.9) {
    const client = pick(clients);
    await shard.append([
      interaction(id, { name: "sign_in", shopper: pick(users), items: [], params: { client }, received_at: moment }),
    ]);
  } else {
    const counts = { ...NO_TOTALS, purchases: 1, quantity: 2, revenue: 0.1 * step, last_at: moment };
    const totals = { ...counts, shopper: pick([...users, ...clients]), item_id: pick(ITEMS) };
    await shard.receive(99, [{ sequence: step + 1, entries: [{ as_of: moment, totals }] }]);
  }
}
