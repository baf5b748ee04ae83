import type { RecommendationAnswer, RecommendationRequest, RecommendedItem, Shelf } from "../client.js";
import { card, element } from "./card.ts";
// Stays an import of /client.js: the page's own calls and its shelves share one client.
import { endcap } from "./client.js";
import { SHELF_STYLE } from "./shelf-style.ts";
import { warn } from "./warnings.ts";

const ATTRIBUTES = ["placement", "item-id", "limit", "cart", "shelf", "heading-level"];

/** What shelves of this page are asking for at the moment: those that ask the same share the answer. */
const underWay = new Map<string, Promise<RecommendationAnswer | null>>();

function ask(request: RecommendationRequest): Promise<RecommendationAnswer | null> {
  const question = JSON.stringify(request);
  const known = underWay.get(question);
  if (known !== undefined) return known;
  const asked = endcap.recommend(request);
  underWay.set(question, asked);
  void asked.then(() => underWay.get(question) === asked && underWay.delete(question));
  return asked;
}

// Before any shelf hears of it: an answer for who the shopper was is not one for who they are.
document.addEventListener("endcap-change", () => underWay.clear());

let sheet: CSSStyleSheet | undefined;

/** `<endcap-shelf>`: see web/shelf.d.ts. */
export class EndcapShelf extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  readonly #root = this.attachShadow({ mode: "open" });
  /** Counts the questions: an answer to an earlier one is not shown. */
  #turn = 0;
  readonly #refresh = (): void => {
    const turn = ++this.#turn;
    // What a page sets one after the other is asked for once.
    queueMicrotask(() => turn === this.#turn && void this.#show(turn));
  };

  constructor() {
    super();
    this.#root.append(document.createElement("slot"));
  }

  connectedCallback(): void {
    document.addEventListener("endcap-change", this.#refresh);
    this.#refresh();
  }

  disconnectedCallback(): void {
    document.removeEventListener("endcap-change", this.#refresh);
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#refresh();
  }

  async #show(turn: number): Promise<void> {
    const { placement, "item-id": item_id, limit, cart, shelf } = this.#attributes();
    if (!endcap.ready || !placement) return this.#showOwn();
    // An empty cart is one; an item or a limit of no name is none.
    const question = {
      placement,
      item_id: item_id || undefined,
      limit: limit || undefined,
      cart,
      locale: this.#language(),
    };
    const answer = await ask(question as unknown as RecommendationRequest);
    if (turn !== this.#turn || !this.isConnected) return;
    if (!this.#drawn(answer, shelf)) this.#showOwn();
    this.#tell("endcap-answer", answer);
  }

  /** Shows the page's own content; who was on an item stays at the shelf's place in the page. */
  #showOwn(): void {
    const wasFocused = this.#root.activeElement !== null;
    this.#root.replaceChildren(document.createElement("slot"));
    if (!wasFocused) return;
    if (!this.hasAttribute("tabindex")) {
      this.tabIndex = -1;
      this.addEventListener("blur", () => this.removeAttribute("tabindex"), { once: true });
    }
    this.focus({ preventScroll: true });
  }

  /** @returns false where there is nothing to show, or an answer is none that we understand */
  #drawn(answer: RecommendationAnswer | null, strategy: string | undefined): boolean {
    try {
      const shelves = (answer?.shelves ?? []).filter(
        (shelf) => shelf.items.length > 0 && (!strategy || strategy === shelf.strategy),
      );
      if (answer === null || shelves.length === 0) return false;
      this.#draw(answer, shelves);
      return true;
    } catch (error) {
      warn(String(error));
      return false;
    }
  }

  #attributes(): Record<string, string | undefined> {
    return Object.fromEntries(ATTRIBUTES.map((name) => [name, this.getAttribute(name) ?? undefined]));
  }

  /** The language of the page around. */
  #language(): string | undefined {
    return this.closest<HTMLElement>("[lang]")?.lang || undefined;
  }

  #draw({ recommendation_id }: RecommendationAnswer, shelves: readonly Shelf[]): void {
    try {
      sheet ??= new CSSStyleSheet();
      if (sheet.cssRules.length === 0) sheet.replaceSync(SHELF_STYLE);
      this.#root.adoptedStyleSheets = [sheet];
    } catch {
      // An old browser: a list without looks is still a list.
    }
    const all = element("div", "shelves");
    const cards: [HTMLElement, RecommendedItem][] = [];
    shelves.forEach((shelf, place) => all.append(this.#section(shelf, `title-${place}`, cards)));
    const links = [...this.#root.querySelectorAll<HTMLElement>("[part=link]")];
    const place = links.findIndex((link) => link === this.#root.activeElement);
    const focused = links[place]?.dataset["item"];
    this.#root.replaceChildren(all);
    for (const [link, { item_id }] of cards) endcap.observe(link, { recommendation_id, item_id });
    // An item that is gone has left its place to another.
    const next = cards.find(([, { item_id }]) => item_id === focused) ?? cards[Math.min(place, cards.length - 1)];
    next?.[0].focus({ preventScroll: true });
  }

  #section({ title, items }: Shelf, id: string, cards: [HTMLElement, RecommendedItem][]): HTMLElement {
    const level = Math.min(Math.max(Math.trunc(Number(this.getAttribute("heading-level") ?? 2)) || 2, 1), 6);
    const section = element("section", "shelf");
    const heading = element(`h${level}` as "h2", "title", title);
    const list = element("ul", "list");
    heading.id = id;
    section.setAttribute("aria-labelledby", id);
    // A list whose marks are taken away by style is none to Safari unless it says so.
    list.setAttribute("role", "list");
    const hasPictures = items.some(({ item }) => item.image);
    for (const recommended of items) {
      const link = card(recommended, hasPictures, this.#language());
      link.dataset["item"] = recommended.item_id;
      link.addEventListener("click", (click) => {
        if (!this.#tell("endcap-select", recommended)) click.preventDefault();
      });
      const entry = element("li", "item");
      entry.append(link);
      list.append(entry);
      cards.push([link, recommended]);
    }
    section.append(heading, list);
    return section;
  }

  /** @returns false if the page prevented what would follow */
  #tell(name: string, detail: unknown): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }
}

if (!customElements.get("endcap-shelf")) customElements.define("endcap-shelf", EndcapShelf);
