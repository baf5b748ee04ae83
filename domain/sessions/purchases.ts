import type { Interaction } from "../events/interaction.ts";
import { SESSION_PURCHASES_MAX, type SessionPurchase } from "./session.ts";

/** A synced order line and a live purchase of the same item this close together are one: sources may know only the day. */
const SAME_PURCHASE_MILLISECONDS = 36 * 60 * 60 * 1000;

/** A line of a synced order. */
export interface SyncedPurchase {
  readonly order_id: string;
  readonly item_id: string;
  readonly at: number;
}

/** The purchases after an interaction: a transaction's item counts once, and a refund takes it back. */
export function applyToPurchases(
  purchases: readonly SessionPurchase[],
  interaction: Interaction,
): readonly SessionPurchase[] {
  if (interaction.name !== "purchase" && interaction.name !== "refund") return purchases;
  const transaction_id = String(interaction.params["transaction_id"]);
  const touched = new Set(interaction.items.map((item) => item.item_id));
  const others = purchases.filter(
    (purchase) => purchase.transaction_id !== transaction_id || !touched.has(purchase.item_id),
  );
  if (interaction.name === "refund") return others;
  return newest([...others, ...[...touched].map((item_id) => ({ item_id, at: interaction.at, transaction_id }))]);
}

/**
 * The purchases with what the replica knows: its lines take the place of all earlier synced ones, and of live
 * purchases that they are (same transaction, or the same item at about the same time).
 */
export function uniteWithSynced(
  purchases: readonly SessionPurchase[],
  synced: readonly SyncedPurchase[],
): readonly SessionPurchase[] {
  const unseen = purchases.filter(
    (live) =>
      live.transaction_id !== undefined &&
      !synced.some(
        (line) =>
          line.item_id === live.item_id &&
          (line.order_id === live.transaction_id || Math.abs(line.at - live.at) <= SAME_PURCHASE_MILLISECONDS),
      ),
  );
  return newest([...synced.map(({ item_id, at }) => ({ item_id, at })), ...unseen]);
}

/** The purchases of two sessions of one person, each once. */
export function mergePurchases(
  first: readonly SessionPurchase[],
  second: readonly SessionPurchase[],
): readonly SessionPurchase[] {
  const byKey = new Map(
    [...first, ...second].map((purchase) => [
      JSON.stringify([purchase.item_id, purchase.transaction_id ?? purchase.at]),
      purchase,
    ]),
  );
  return newest([...byKey.values()]);
}

function newest(purchases: readonly SessionPurchase[]): SessionPurchase[] {
  return purchases.toSorted((left, right) => left.at - right.at).slice(-SESSION_PURCHASES_MAX);
}
