import type { ReasonCode } from "../inputs.ts";
import type { Strategy } from "../placements.ts";
import { ENGLISH_ARTICLE, ENGLISH_NAMES } from "./en.ts";
import { TEXT_KEYS, TEXT_PARAMETERS, type TextKey, type Texts } from "./keys.ts";
import { compile, type Template } from "./template.ts";

/** The texts of one language, ready to be filled in. */
export class ShelfTexts {
  /** BCP 47. */
  readonly language: string;
  readonly texts: Texts;
  readonly #templates: Readonly<Record<TextKey, Template>>;
  readonly #countries = new Map<string, string>();
  // Made when the first country is named: it takes longer than an answer.
  #names: Intl.DisplayNames | null = null;

  constructor(language: string, texts: Texts) {
    this.language = language;
    this.texts = texts;
    this.#templates = Object.fromEntries(
      TEXT_KEYS.map((key) => [key, compile(texts[key], TEXT_PARAMETERS[key])]),
    ) as Record<TextKey, Template>;
  }

  /** A country's name (ISO 3166-1 alpha-2) as it stands in a sentence; the code where it has none. */
  #countryName(code: string): string {
    const known = this.#countries.get(code);
    if (known !== undefined) return known;
    this.#names ??= new Intl.DisplayNames([this.language], { type: "region" });
    const listed = this.#names.of(code) ?? code;
    const isEnglish = this.language.split("-", 1)[0] === "en";
    const inSentence = ENGLISH_NAMES.get(code) ?? (ENGLISH_ARTICLE.has(code) ? `the ${listed}` : listed);
    const name = isEnglish ? inSentence : listed;
    this.#countries.set(code, name);
    return name;
  }

  /**
   * Why an item is shown.
   * @param itemName of the item that the reason speaks of; empty where it speaks of none
   */
  reason(code: ReasonCode, itemName: string, country: string | null): string {
    if (code !== "popular_in_country") return this.#templates[code](itemName);
    return country === null ? this.texts.popular : this.#templates.popular_in_country(this.#countryName(country));
  }

  /**
   * The line above a shelf.
   * @param reason of its first item
   * @param seedName of the item that it starts from; empty where it starts from none
   */
  title(strategy: Strategy, reason: ReasonCode, seedName: string): string {
    switch (strategy) {
      case "similar":
        return this.#templates[reason === "viewed" ? "title_viewed" : "title_similar"](seedName);
      case "together":
        return this.texts.title_together;
      case "profile":
        return reason === "interactions" ? this.texts.title_interactions : this.texts.title_profile;
      case "trending":
        return this.texts.title_trending;
      case "popular":
        return this.texts.title_popular;
      default: {
        const unreachable: never = strategy;
        return unreachable;
      }
    }
  }
}
