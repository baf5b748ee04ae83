import { ShelfLanguages } from "../../../domain/ranking/texts/languages.ts";
import type { ShelfTexts } from "../../../domain/ranking/texts/shelf-texts.ts";
import config from "#shop-config";

const languages = new ShelfLanguages(config.ranking.texts);

/**
 * The texts of an answer.
 * @param locale a BCP 47 tag, as the request names it
 * @param acceptLanguage the request's header; absent where the caller is no browser
 */
export function chooseTexts(locale: string | undefined, acceptLanguage?: string): ShelfTexts {
  return languages.choose(locale, acceptLanguage);
}
