import { attribute, type SeenRecommendation } from "../attribution/attribute.ts";
import type { Interaction } from "../events/interaction.ts";
import { SESSION_SEEN_ITEMS_MAX, SESSION_SEEN_MAX } from "./session.ts";

/** By these a page says that a shopper saw, or chose, items of an answer. */
const SEEING: ReadonlySet<string> = new Set(["view_item_list", "select_item"]);

/** The newest of `seen`, oldest first, as many as a session keeps. */
function bounded(seen: readonly SeenRecommendation[]): readonly SeenRecommendation[] {
  const newest = seen.toSorted((left, right) => left.at - right.at).slice(-SESSION_SEEN_MAX);
  const kept: SeenRecommendation[] = [];
  let room = SESSION_SEEN_ITEMS_MAX;
  for (const list of newest.toReversed()) {
    if (room === 0) break;
    const item_ids = list.item_ids.slice(0, room);
    room -= item_ids.length;
    kept.push(item_ids.length === list.item_ids.length ? list : { ...list, item_ids });
  }
  return kept.toReversed();
}

/** What was seen after an interaction. Only a list that names an answer of ours was an impression of it. */
export function applyToSeen(
  seen: readonly SeenRecommendation[],
  { name, at, recommendation_id, items }: Interaction,
): readonly SeenRecommendation[] {
  if (recommendation_id === undefined || items.length === 0 || !SEEING.has(name)) return seen;
  const isSame = (list: SeenRecommendation): boolean => list.at === at && list.recommendation_id === recommendation_id;
  // A page tells of its shelves one by one, under one id: ids are long, so they are one entry.
  const told = seen.find(isSame)?.item_ids ?? [];
  const item_ids = [...new Set([...told, ...items.map((item) => item.item_id)])];
  return bounded([...seen.filter((list) => !isSame(list)), { recommendation_id, at, item_ids }]);
}

/** What was seen in two sessions of one person. */
export function mergeSeen(
  first: readonly SeenRecommendation[],
  second: readonly SeenRecommendation[],
): readonly SeenRecommendation[] {
  return bounded([...first, ...second]);
}

/**
 * The interactions, each put down to what had been seen by then, in the order in which they are given. A request may
 * bring an impression and what followed from it.
 */
export function attributeInOrder(
  seenBefore: readonly SeenRecommendation[],
  interactions: readonly Interaction[],
  windowMilliseconds: number,
): readonly Interaction[] {
  let seen = seenBefore;
  const attributed = new Map<string, Interaction>();
  for (const interaction of interactions.toSorted((left, right) => left.at - right.at)) {
    attributed.set(interaction.event_id, attribute(interaction, seen, windowMilliseconds));
    seen = applyToSeen(seen, interaction);
  }
  return interactions.map((interaction) => attributed.get(interaction.event_id) ?? interaction);
}
