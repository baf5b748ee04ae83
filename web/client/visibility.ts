import type { ShownItem } from "../client.js";

const VISIBLE_SHARE = 0.5;
const VISIBLE_MILLISECONDS = 1_000;
/** Items that were seen within this time are told of as one list. */
const LIST_MILLISECONDS = 100;

type Track = (name: string, params: Record<string, unknown>) => unknown;

interface Watched extends ShownItem {
  timer?: ReturnType<typeof setTimeout> | undefined;
}

/** Watches elements of the page, and tells `track` which items were seen and chosen. */
export class Visibility {
  readonly #track: Track;
  readonly #shown = new WeakMap<Element, Watched>();
  readonly #seen = new Map<string, string[]>();
  /** Keeps no element alive that the page let go of; nor does anything else here. */
  #observer: IntersectionObserver | undefined;
  /** How often the page was hidden or shown. */
  #pageChanges = 0;

  constructor(track: Track) {
    this.#track = track;
  }

  /** Begins to watch; an item is seen once, and chosen by every click. */
  watch(element: Element, { recommendation_id, item_id }: ShownItem): void {
    if (!recommendation_id || !item_id) throw new TypeError("observe needs both ids.");
    const before = this.#shown.get(element);
    if (before?.recommendation_id === recommendation_id && before.item_id === item_id) return;
    const watched: Watched = { recommendation_id, item_id };
    this.#shown.set(element, watched);
    // While the event goes down: a page's own listener may stop it on its way up. One listener is added once.
    for (const name of ["click", "auxclick"]) element.addEventListener(name, this.#choose, true);
    this.#observer ??= new IntersectionObserver((entries) => this.#take(entries), { threshold: VISIBLE_SHARE });
    clearTimeout(before?.timer);
    // The observer tells at once of what is new to it alone.
    this.#observer.unobserve(element);
    this.#observer.observe(element);
  }

  readonly #choose = (click: Event): void => {
    const shown = this.#shown.get(click.currentTarget as Element);
    // The right button opens a menu; the middle one a tab.
    if (shown === undefined || (click as MouseEvent).button > 1) return;
    this.#report("select_item", shown.recommendation_id, [shown.item_id]);
  };

  #take(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, intersectionRatio } of entries) {
      const watched = this.#shown.get(target);
      if (watched === undefined) continue;
      clearTimeout(watched.timer);
      if (intersectionRatio < VISIBLE_SHARE) continue;
      const changes = this.#pageChanges;
      watched.timer = setTimeout(() => this.#see(target, watched, changes), VISIBLE_MILLISECONDS);
    }
  }

  #see(element: Element, { recommendation_id, item_id }: Watched, changes: number): void {
    this.#observer?.unobserve(element);
    // Nothing is seen on a hidden page; when it is shown again, the second begins anew.
    if (document.hidden || changes !== this.#pageChanges) return this.#observer?.observe(element);
    if (this.#seen.size === 0) setTimeout(() => this.tell(), LIST_MILLISECONDS);
    const items = this.#seen.get(recommendation_id) ?? [];
    this.#seen.set(recommendation_id, [...items, item_id]);
  }

  #report(name: string, recommendation_id: string, ids: readonly string[]): void {
    this.#track(name, { recommendation_id, items: ids.map((item_id) => ({ item_id })) });
  }

  /** Tells at once of what was seen. */
  tell(): void {
    for (const [recommendation_id, ids] of this.#seen) this.#report("view_item_list", recommendation_id, ids);
    this.#seen.clear();
  }

  /** Takes that the page was hidden or shown. */
  pageChanged(): void {
    this.#pageChanges++;
  }
}
