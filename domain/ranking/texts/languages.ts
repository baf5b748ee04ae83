import { german } from "./de.ts";
import { english } from "./en.ts";
import { french } from "./fr.ts";
import { type SomeTexts, TEXT_KEYS, type Texts } from "./keys.ts";
import { acceptedRanges, lookupTags } from "./language-tag.ts";
import { ShelfTexts } from "./shelf-texts.ts";

/** Languages that are there without configuration. */
export const BUILT_IN = { en: english, de: german, fr: french } as const satisfies Record<string, Texts>;

/** Of the headers that browsers send so many are remembered with what came of them; a longer one is read each time. */
const HEADERS_KEPT_MAX = 1_000;
const KEPT_HEADER_MAX_LENGTH = 200;

/** Where nothing that is there is wanted. */
const DEFAULT_LANGUAGE = "en";

function withBase(own: SomeTexts, base: Texts): Texts {
  return Object.fromEntries(TEXT_KEYS.map((key) => [key, own[key] ?? base[key]])) as Texts;
}

/** The languages of a shop: ours, with what its configuration adds or changes. */
export class ShelfLanguages {
  // By tag in lower case, ordered so that what a tag falls back on stands before it.
  readonly #languages = new Map<string, ShelfTexts>();
  readonly #default: ShelfTexts;
  readonly #byHeader = new Map<string, ShelfTexts>();

  /**
   * @param configured `ranking.texts`: texts by BCP 47 tag. What a language leaves out is taken from the language that it
   * is a variety of (de for de-AT), and from English at last.
   */
  constructor(configured: Readonly<Record<string, SomeTexts>> = {}) {
    const own = new Map(Object.entries(configured).map(([tag, texts]) => [tag.toLowerCase(), texts]));
    this.#default = new ShelfTexts(DEFAULT_LANGUAGE, withBase(own.get(DEFAULT_LANGUAGE) ?? {}, english));
    this.#languages.set(DEFAULT_LANGUAGE, this.#default);
    for (const [tag, texts] of Object.entries(BUILT_IN)) {
      if (tag !== DEFAULT_LANGUAGE) this.#languages.set(tag, new ShelfTexts(tag, withBase(own.get(tag) ?? {}, texts)));
    }
    for (const [tag, texts] of [...own].sort(([a], [b]) => a.length - b.length)) {
      if (this.#languages.has(tag)) continue;
      const base = this.#lookUp(tag) ?? this.#default;
      this.#languages.set(tag, new ShelfTexts(Intl.getCanonicalLocales(tag)[0] ?? tag, withBase(texts, base.texts)));
    }
  }

  #lookUp(tag: string): ShelfTexts | undefined {
    for (const shorter of lookupTags(tag)) {
      const known = this.#languages.get(shorter);
      if (known !== undefined) return known;
    }
    return undefined;
  }

  /**
   * The texts of the language asked for, else of the most wanted one of the header, else English.
   * @param locale a BCP 47 tag
   * @param acceptLanguage an `accept-language` header
   */
  choose(locale: string | undefined, acceptLanguage?: string): ShelfTexts {
    const asked = locale === undefined ? undefined : this.#lookUp(locale);
    if (asked !== undefined || acceptLanguage === undefined) return asked ?? this.#default;
    const known = this.#byHeader.get(acceptLanguage);
    if (known !== undefined) return known;
    const found = this.#accepted(acceptLanguage);
    if (acceptLanguage.length <= KEPT_HEADER_MAX_LENGTH) {
      if (this.#byHeader.size >= HEADERS_KEPT_MAX) this.#byHeader.clear();
      this.#byHeader.set(acceptLanguage, found);
    }
    return found;
  }

  #accepted(header: string): ShelfTexts {
    for (const range of acceptedRanges(header)) {
      const known = range === "*" ? this.#default : this.#lookUp(range);
      if (known !== undefined) return known;
    }
    return this.#default;
  }
}

/** English as it is without configuration. */
export const ENGLISH_TEXTS = new ShelfTexts(DEFAULT_LANGUAGE, english);
