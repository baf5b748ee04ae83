import type { RecommenderBinding } from "../../workers/recommender-types.ts";
import { PAGE_LOCALE, shelvesHtml } from "./shelf-html.ts";
import type { ShopPage } from "./shop-page.ts";
import { namesOf, type Shopper } from "./shopper.ts";

/** How long a page waits for its shelves, from when its request came. */
export const SHELVES_DEADLINE_MILLISECONDS = 100;
const ITEMS_PER_SHELF = 6;

/** Said in the Worker's log; the shopper's page has its own content in place of the shelf. */
function logFailure(what: string, error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // oxlint-disable-next-line no-console -- a Worker's log
  console.warn(JSON.stringify({ event: "endcap_failed", what, name, message }));
}

async function askForShelves(endcap: RecommenderBinding, page: ShopPage, shopper: Shopper): Promise<string | null> {
  try {
    const answer = await endcap.recommend({
      placement: page.placement,
      limit: ITEMS_PER_SHELF,
      locale: PAGE_LOCALE,
      consent: shopper.consent,
      ...(page.itemId === null ? {} : { item_id: page.itemId }),
      ...namesOf(shopper),
      ...(shopper.country === null ? {} : { country: shopper.country }),
    });
    return shelvesHtml(answer);
  } catch (error) {
    logFailure("recommend", error);
    return null;
  }
}

/**
 * The shelves of a page as HTML, within {@link SHELVES_DEADLINE_MILLISECONDS} or not at all: null when Endcap is slow,
 * away, refuses or has nothing to show. Never rejects.
 */
export async function shelvesInTime(
  endcap: RecommenderBinding,
  page: ShopPage,
  shopper: Shopper,
): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), SHELVES_DEADLINE_MILLISECONDS);
  });
  const html = await Promise.race([askForShelves(endcap, page, shopper), late]);
  clearTimeout(timer);
  return html;
}

/** Tells Endcap that the shopper looks at the page's item. For `waitUntil`: no page waits for it. Never rejects. */
export async function trackView(endcap: RecommenderBinding, itemId: string, shopper: Shopper): Promise<void> {
  const names = namesOf(shopper);
  if (Object.keys(names).length === 0) return;
  const event = { event_id: crypto.randomUUID(), name: "view_item", params: { items: [{ item_id: itemId }] } };
  try {
    await endcap.track({ ...names, consent: shopper.consent, events: [event] });
  } catch (error) {
    logFailure("track", error);
  }
}
