import type { Interaction } from "../events/interaction.ts";
import { applyToCart } from "./cart.ts";
import { applyToPurchases } from "./purchases.ts";
import { applyToRatings } from "./ratings.ts";
import { applyToSeen } from "./seen.ts";
import { SESSION_EVENT_IDS_MAX, SESSION_RECENT_MAX, type Session, type SessionInteraction } from "./session.ts";

/** Names that tell nothing of a taste at the moment they come: lists are looked past, ratings are kept apart. */
const NOT_RECENT: ReadonlySet<string> = new Set(["view_item_list", "rate_item", "refund", "search"]);

/** The newest `most` of `interactions`, oldest first. Equal times keep their order. */
export function newestInteractions(
  interactions: readonly SessionInteraction[],
  most: number,
): readonly SessionInteraction[] {
  return interactions.toSorted((left, right) => left.at - right.at).slice(-most);
}

function reduced(interaction: Interaction): SessionInteraction[] {
  return interaction.items.map(({ item_id }) => ({ name: interaction.name, item_id, at: interaction.at }));
}

/**
 * The session after these interactions, each of which is new to it (see {@link freshInteractions}). Every list keeps
 * to its bound.
 */
export function applyInteractions(session: Session, interactions: readonly Interaction[]): Session {
  // A beacon may bring what happened in the wrong order: what is removed must have been added before.
  const inOrder = interactions.toSorted((left, right) => left.at - right.at);
  let { cart, purchases, ratings, seen } = session;
  for (const interaction of inOrder) {
    cart = applyToCart(cart, interaction);
    purchases = applyToPurchases(purchases, interaction);
    ratings = applyToRatings(ratings, interaction);
    seen = applyToSeen(seen, interaction);
  }
  const recent = inOrder.filter((interaction) => !NOT_RECENT.has(interaction.name)).flatMap(reduced);
  return {
    ...session,
    recent: newestInteractions([...session.recent, ...recent], SESSION_RECENT_MAX),
    cart,
    purchases,
    ratings,
    seen,
  };
}

/** Those of `interactions` that this session has not taken before, each id once. */
export function freshInteractions(session: Session, interactions: readonly Interaction[]): Interaction[] {
  const known = new Set(session.event_ids);
  for (const { event_id } of session.unconfirmed) known.add(event_id);
  return interactions.filter(({ event_id }) => {
    if (known.has(event_id)) return false;
    known.add(event_id);
    return true;
  });
}

/** The session with these ids known. */
export function rememberIds(session: Session, interactions: readonly Interaction[]): Session {
  const ids = [...session.event_ids, ...interactions.map((interaction) => interaction.event_id)];
  return { ...session, event_ids: ids.slice(-SESSION_EVENT_IDS_MAX) };
}
