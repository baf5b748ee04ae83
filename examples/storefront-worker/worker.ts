import type { RecommenderBinding } from "../../workers/recommender-types.ts";
import { shelvesInTime, trackView } from "./ask-endcap.ts";
import { shopPageAt } from "./shop-page.ts";
import { shopperOf } from "./shopper.ts";

interface StorefrontEnv {
  readonly ENDCAP: RecommenderBinding;
  readonly PAGES: Fetcher;
}

/** Where a page wants its shelves. What stands in it stays when there are none. */
const SHELVES_SELECTOR = "[data-endcap-shelves]";

/** A page that is not the same for everybody: nobody keeps it for somebody else, or for later. */
function personal(page: Response): Response {
  const headers = new Headers(page.headers);
  headers.set("cache-control", "private, no-store");
  headers.delete("etag");
  headers.delete("last-modified");
  return new Response(page.body, { status: page.status, headers });
}

/** The shop's pages, with shelves rendered into them at the edge. */
export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const shopPage = shopPageAt(url.pathname);
    if (shopPage === null) return env.PAGES.fetch(request);
    // Without the browser's headers: it may have an older page, with other shelves.
    const pageRequest = new Request(new URL(shopPage.file, url), { method: request.method });
    if (request.method !== "GET") return env.PAGES.fetch(pageRequest);

    // Nobody signs in at this shop; yours knows from its session who did.
    const shopper = shopperOf(request, null);
    // Asked beside the page, so that its time counts once.
    const asked = shelvesInTime(env.ENDCAP, shopPage, shopper);
    const page = await env.PAGES.fetch(pageRequest);
    if (!page.ok) return page;
    if (shopPage.itemId !== null) context.waitUntil(trackView(env.ENDCAP, shopPage.itemId, shopper));
    return new HTMLRewriter()
      .on(SHELVES_SELECTOR, {
        // Chunks of the page that came before this one have left for the browser; the rest waits for the deadline at most.
        async element(element) {
          const html = await asked;
          if (html !== null) element.setInnerContent(html, { html: true });
        },
      })
      .transform(personal(page));
  },
} satisfies ExportedHandler<StorefrontEnv>;
