import type { Interaction } from "../events/interaction.ts";
import { type CartLine, SESSION_CART_MAX } from "./session.ts";

/**
 * The cart after an interaction. GA4's missing quantity means one piece when something is added; when something is
 * removed, the whole line goes. What was bought is no longer in the cart.
 */
export function applyToCart(cart: readonly CartLine[], interaction: Interaction): readonly CartLine[] {
  const { name } = interaction;
  if (name !== "add_to_cart" && name !== "remove_from_cart" && name !== "purchase") return cart;
  const quantities = new Map(cart.map((line) => [line.item_id, line.quantity]));
  for (const { item_id, quantity } of interaction.items) {
    const present = quantities.get(item_id) ?? 0;
    if (name === "add_to_cart") {
      // Deleted first, so that the line moves to the end: the newest line is what the shopper thinks of.
      quantities.delete(item_id);
      quantities.set(item_id, present + (quantity ?? 1));
    } else if (name === "remove_from_cart" && quantity !== undefined && quantity < present) {
      quantities.set(item_id, present - quantity);
    } else {
      quantities.delete(item_id);
    }
  }
  return cartOf(quantities);
}

/** Two carts as one: every item of both, at the greater quantity. */
export function mergeCarts(first: readonly CartLine[], second: readonly CartLine[]): readonly CartLine[] {
  const quantities = new Map(first.map((line) => [line.item_id, line.quantity]));
  for (const { item_id, quantity } of second) {
    quantities.set(item_id, Math.max(quantity, quantities.get(item_id) ?? 0));
  }
  return cartOf(quantities);
}

function cartOf(quantities: ReadonlyMap<string, number>): CartLine[] {
  return [...quantities]
    .filter(([, quantity]) => quantity > 0)
    .map(([item_id, quantity]) => ({ item_id, quantity }))
    .slice(-SESSION_CART_MAX);
}
