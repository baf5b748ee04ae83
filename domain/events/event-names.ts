/** What an event's `params` must hold for its name to mean something. */
export interface EventNeeds {
  /** `required`: at least one item; `optional`: items are taken when they are there. */
  readonly items: "required" | "priced" | "optional";
  readonly texts: readonly string[];
  readonly rating: boolean;
}

const items: EventNeeds = { items: "required", texts: [], rating: false };
const order: EventNeeds = { items: "priced", texts: ["transaction_id", "currency"], rating: false };

/** The names that every shop may send, in GA4's words where it has one. `priced` items need `price` and `quantity`. */
const STANDARD_EVENTS: ReadonlyMap<string, EventNeeds> = new Map([
  ["view_item", items],
  ["view_item_list", items],
  ["select_item", items],
  ["add_to_cart", items],
  ["remove_from_cart", items],
  ["add_to_wishlist", items],
  ["begin_checkout", items],
  ["purchase", order],
  ["refund", order],
  ["rate_item", { items: "required", texts: [], rating: true }],
  ["search", { items: "optional", texts: ["search_term"], rating: false }],
]);

const CUSTOM_NEEDS: EventNeeds = { items: "optional", texts: [], rating: false };

/** What an event called `name` needs; undefined for a name that neither the table nor the configuration knows. */
export function eventNeeds(name: string, custom: Readonly<Record<string, unknown>>): EventNeeds | undefined {
  return STANDARD_EVENTS.get(name) ?? (Object.hasOwn(custom, name) ? CUSTOM_NEEDS : undefined);
}

/** Every name that may be sent here. */
export function knownEventNames(custom: Readonly<Record<string, unknown>>): string[] {
  return [...STANDARD_EVENTS.keys(), ...Object.keys(custom)];
}
