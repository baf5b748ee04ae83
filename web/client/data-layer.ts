import { guarded, warn } from "./warnings.ts";

const UNDERSTOOD =
  /^(view_item(_list)?|select_item|add_to_(cart|wishlist)|remove_from_cart|begin_checkout|purchase|refund|search)$/;
const TAKEN_PARAMS = ["transaction_id", "currency", "value", "search_term", "recommendation_id"];

type Params = Record<string, unknown>;
type Track = (name: string, params: Params) => unknown;

function isObject(value: unknown): value is Params {
  return typeof value === "object" && value !== null;
}

/** The items that name one of the catalogue; GA4 takes a piece where no quantity is said. */
function itemsOf(items: unknown): Params[] {
  if (!Array.isArray(items)) return [];
  return items
    .filter((item) => item?.item_id)
    .map(({ item_id, quantity = 1, price }) => ({ item_id: String(item_id), quantity, price }));
}

/**
 * Understands what was pushed: `gtag("event", name, params)` pushes its `arguments`, Google Tag Manager's way is
 * `{ event, ecommerce }`. Consent commands, page views and whatever else stands there are not ours.
 */
function take(pushed: unknown, track: Track): void {
  if (!isObject(pushed)) return;
  const isCommand = pushed[0] === "event";
  const name = isCommand ? pushed[1] : pushed["event"];
  const given = isCommand ? pushed[2] : (pushed["ecommerce"] ?? pushed);
  if (typeof name !== "string" || !UNDERSTOOD.test(name) || !isObject(given)) return;
  const items = itemsOf(given["items"]);
  if (items.length === 0 && name !== "search") return;
  const params: Params = items.length > 0 ? { items } : {};
  for (const param of TAKEN_PARAMS) if (given[param] !== undefined) params[param] = given[param];
  track(name, params);
}

/** Understands every event that is in the layer and will be pushed to it, each once. */
export function bridgeDataLayer(name: string, track: Track): void {
  const page = window as unknown as Record<string, unknown>;
  const layer = (page[name] ??= []);
  if (!Array.isArray(layer)) return warn(`window.${name} is no array.`);
  const understand = guarded((pushed: unknown) => take(pushed, track), undefined);
  const push = layer.push;
  layer.push = (...pushed: unknown[]): number => {
    const length = push.apply(layer, pushed);
    pushed.forEach(understand);
    return length;
  };
  layer.slice().forEach(understand);
}
