import type { Attribution, Interaction, InteractionItem } from "../events/interaction.ts";
import { shownFacts } from "./recommendation-id.ts";

/** Items of one answer that a shopper saw or chose at one time. */
export interface SeenRecommendation {
  readonly recommendation_id: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly item_ids: readonly string[];
}

/** The event names the recommendation. */
export const EXPLICIT_RULE = "explicit/1";
/** The shopper saw or chose the item there before. */
export const SHOWN_RULE = "shown/1";

/** Events that a recommendation can have earned. */
const ATTRIBUTABLE: ReadonlySet<string> = new Set(["select_item", "add_to_cart", "purchase"]);

/** The latest of `seen` that counts; of two at the same time the one that stands last. */
function lastSeen(
  itemId: string,
  at: number,
  seen: readonly SeenRecommendation[],
  windowMilliseconds: number,
): string | null {
  let latest: SeenRecommendation | null = null;
  for (const recommendation of seen) {
    if (recommendation.at > at || at - recommendation.at > windowMilliseconds) continue;
    if (latest !== null && recommendation.at < latest.at) continue;
    if (!recommendation.item_ids.includes(itemId)) continue;
    // What a page calls a recommendation need not be one of ours.
    if (shownFacts(recommendation.recommendation_id, itemId) !== null) latest = recommendation;
  }
  return latest?.recommendation_id ?? null;
}

function attributionOf(
  { at, recommendation_id: named }: Interaction,
  { item_id }: InteractionItem,
  seen: readonly SeenRecommendation[],
  windowMilliseconds: number,
): Attribution | null {
  if (named !== undefined && shownFacts(named, item_id) !== null) {
    return { recommendation_id: named, rule: EXPLICIT_RULE };
  }
  const recommendation_id = lastSeen(item_id, at, seen, windowMilliseconds);
  return recommendation_id === null ? null : { recommendation_id, rule: SHOWN_RULE };
}

/**
 * Puts an event's items down to the recommendations that earned them: the one that the event names, if the item was in
 * it, else the latest that showed the item at or before the event. The very same interaction when there is none.
 * @param seen what the shopper saw or chose, in any order
 * @param windowMilliseconds how long before the event that may have been
 */
export function attribute(
  interaction: Interaction,
  seen: readonly SeenRecommendation[],
  windowMilliseconds: number,
): Interaction {
  if (!ATTRIBUTABLE.has(interaction.name)) return interaction;
  let found = false;
  const items = interaction.items.map((item) => {
    const attribution = attributionOf(interaction, item, seen, windowMilliseconds);
    if (attribution === null) return item;
    found = true;
    return { ...item, attribution };
  });
  return found ? { ...interaction, items } : interaction;
}
