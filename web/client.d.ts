/** What the shopper agreed to. */
export interface Consent {
  /** Answers are made from what this shopper did, and what they do is remembered. */
  readonly personalization: boolean;
  /** What happens in the shop is counted. */
  readonly analytics: boolean;
}

/** A signed-in customer. */
export interface SignedInUser {
  /** The id that the shop's own database uses. */
  readonly userId: string;
  /** Shopper token of this user, made by the shop's server. */
  readonly token: string;
}

export interface InitOptions extends Partial<SignedInUser> {
  /** Publishable key, `pk_…`. */
  readonly key: string;
  /** Address of Endcap. Default: the one that this module was loaded from. */
  readonly url?: string;
  /** The shop's own id of this browser, 22 to 128 url-safe characters of randomness. Default: an id of ours. */
  readonly clientId?: string;
  /** `true` or a name: GA4 events pushed to `window.dataLayer`, or to the array of that name, are understood. */
  readonly dataLayer?: boolean | string;
  /** The first-party cookie with consent and id; name `endcap`, 180 days, this host unless said otherwise. */
  readonly cookie?: { readonly name?: string; readonly days?: number; readonly domain?: string };
  /** How long an answer is waited for, in milliseconds. Default: 1000. */
  readonly timeout?: number;
}

/** An item as GA4 describes it; what else it carries is not kept. */
export interface EventItem {
  readonly item_id: string;
  readonly quantity?: number;
  /** Price of one piece. */
  readonly price?: number;
}

/** Parameters of an event, in GA4's words. Others are kept, up to 4 KB. */
export interface EventParams {
  readonly items?: readonly EventItem[];
  /** The answer that the event followed from. */
  readonly recommendation_id?: string;
  readonly transaction_id?: string;
  readonly currency?: string;
  readonly value?: number;
  readonly search_term?: string;
  /** 1 to 5, of `rate_item`. */
  readonly rating?: number;
  readonly [name: string]: unknown;
}

/** The names that every Endcap knows; more by its configuration (`events.custom`). */
export type EventName =
  | "view_item"
  | "view_item_list"
  | "select_item"
  | "add_to_cart"
  | "remove_from_cart"
  | "add_to_wishlist"
  | "begin_checkout"
  | "purchase"
  | "refund"
  | "rate_item"
  | "search"
  | (string & {});

export interface RecommendationRequest {
  readonly placement: "home" | "product" | "cart" | "checkout";
  /** The page's item. */
  readonly item_id?: string;
  /** Items in the cart. Default: what the session knows of it. */
  readonly cart?: readonly string[] | string;
  /** Items a shelf, 1 to 50. Default: 10. */
  readonly limit?: number;
  /** Items to leave out. */
  readonly exclude?: readonly string[] | string;
  /** Clauses that must all hold, such as `category:Ships|Trains,max_price:99.5`. */
  readonly filter?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** Language of titles and reasons, BCP 47. Default: the page's, else the browser's. */
  readonly locale?: string;
}

export interface RecommendedItem {
  readonly item_id: string;
  /** Comparable within one shelf. */
  readonly score: number;
  readonly reason: { readonly code: string; readonly item_id?: string; readonly text: string };
  /** Columns of the catalogue that the shop made public. */
  readonly item: {
    readonly name: string;
    readonly price: number;
    readonly currency: string;
    readonly category: string;
    readonly image: string | null;
    readonly url: string | null;
    readonly [column: string]: unknown;
  };
}

export interface Shelf {
  readonly strategy: "similar" | "together" | "profile" | "trending" | (string & {});
  readonly title: string;
  readonly seed?: { readonly item_id: string };
  readonly items: readonly RecommendedItem[];
}

export interface RecommendationAnswer {
  readonly recommendation_id: string;
  readonly placement: string;
  readonly model_version: string | null;
  readonly degraded: readonly string[] | null;
  readonly shelves: readonly Shelf[];
}

/** An item of an answer, as it stands on the page. */
export interface ShownItem {
  readonly recommendation_id: string;
  readonly item_id: string;
}

/** Endcap in the browser. No call throws; a mistake in one is told on the console, once. */
export interface Endcap {
  /** False until `init` was called with a key. */
  readonly ready: boolean;
  /** Begins; once a page. */
  init(options: InitOptions): void;
  /**
   * Says what the shopper agreed to. Before that, nothing is stored or sent. Taken back, our cookie and queue are
   * removed, and Endcap is told to forget the session.
   */
  consent(choice: Consent): void;
  /** Takes an event. @returns its `event_id`; null for what is not taken: a mistake, or anything after a refusal */
  track(name: EventName, params?: EventParams): string | null;
  /** Asks for shelves. @returns null when Endcap is away, slow or refuses; never rejects */
  recommend(request: RecommendationRequest): Promise<RecommendationAnswer | null>;
  /** Reports the item as shown after a second in which half of `element` was visible, and as chosen when clicked. */
  observe(element: Element, shown: ShownItem): void;
  /** The shopper signed in, or, with nothing, out. */
  identify(user?: SignedInUser | null): void;
}

export declare const endcap: Endcap;

declare global {
  interface DocumentEventMap {
    /** Endcap was begun, or consent or identity changed: answers may be others now. */
    "endcap-change": Event;
  }
}
