import { describe, expect, it } from "vitest";

import { TEXT_KEYS, TEXT_PARAMETERS } from "../../../../domain/ranking/texts/keys.ts";
import { acceptedRanges, isLanguageTag, lookupTags } from "../../../../domain/ranking/texts/language-tag.ts";
import { BUILT_IN, ShelfLanguages } from "../../../../domain/ranking/texts/languages.ts";
import { faultOf } from "../../../../domain/ranking/texts/template.ts";

const ours = new ShelfLanguages();

describe.each(Object.entries(BUILT_IN))("%s", (language, texts) => {
  it("has every text and no other", () => {
    expect(Object.keys(texts).toSorted()).toEqual([...TEXT_KEYS].toSorted());
    for (const text of Object.values(texts)) expect(text.trim()).not.toBe("");
  });

  it("names in each text what the text is about, and nothing that it cannot insert", () => {
    for (const key of TEXT_KEYS) {
      const parameter = TEXT_PARAMETERS[key];
      expect(faultOf(texts[key], parameter), key).toBeNull();
      if (parameter !== null) expect(texts[key], key).toContain(`{${parameter}}`);
    }
  });

  it("is chosen by its name", () => expect(ours.choose(language).language).toBe(language));
});

describe("a sentence", () => {
  it.each([
    ["en", "Often bought with Ä & {item}", "Popular in the Netherlands", "Popular in Germany"],
    [
      "de",
      "Oft zusammen mit „Ä & {item}“ gekauft",
      "Landesweit beliebt (Niederlande)",
      "Landesweit beliebt (Deutschland)",
    ],
    [
      "fr",
      "Souvent acheté avec «\u00a0Ä & {item}\u00a0»",
      "Populaire dans ce pays\u00a0: Pays-Bas",
      "Populaire dans ce pays\u00a0: Allemagne",
    ],
  ])("has names inserted as they are: %s", (language, together, netherlands, germany) => {
    const texts = ours.choose(language);
    expect(texts.reason("bought_together", "Ä & {item}", null)).toBe(together);
    expect(texts.reason("popular_in_country", "", "NL")).toBe(netherlands);
    expect(texts.reason("popular_in_country", "", "DE")).toBe(germany);
  });

  it("speaks of no country where none is known", () => {
    expect(ours.choose("de").reason("popular_in_country", "", null)).toBe("Beliebt im Shop");
  });
});

describe("a country within an English sentence", () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  // Codes that were withdrawn stand for others (BU for MM), and have their names.
  const isCountry = (code: string): boolean =>
    names.of(code) !== undefined && new Intl.Locale(`und-${code}`).region === code;
  const countries = letters.flatMap((one) => letters.map((other) => one + other)).filter(isCountry);
  const inSentence = (code: string): string =>
    ours.choose("en").reason("popular_in_country", "", code).replace("Popular in ", "");

  it.each([
    ["BS", "the Bahamas"],
    ["CD", "the Democratic Republic of the Congo"],
    ["CG", "the Republic of the Congo"],
    ["CK", "the Cook Islands"],
    ["CX", "Christmas Island"],
    ["HK", "Hong Kong"],
    ["IO", "the British Indian Ocean Territory"],
    ["PS", "the Palestinian Territories"],
    ["TF", "the French Southern Territories"],
    ["VA", "Vatican City"],
    ["VC", "St. Vincent & the Grenadines"],
  ])("%s is %s", (code, name) => expect(inSentence(code)).toBe(name));

  it("has an article where the name ends in many of something, or in what a state is called by", () => {
    const oughtTo = /(?:Islands|Territor(?:y|ies)|Republic|Kingdom|States|Emirates|Netherlands|Philippines|Maldives)$/;
    const without = countries.map(inSentence).filter((name) => oughtTo.test(name) && !/\bthe /.test(name));
    // Reserved in the standard for others than countries.
    expect(without).toEqual(["Canary Islands"]);
  });

  it("has none before one island, town or state, and no dash as in a list", () => {
    for (const name of countries.map(inSentence)) {
      expect(name).not.toMatch(/^the .*(?:Island|City|land)$| - | SAR |\(Burma\)/);
    }
  });
});

describe("a title", () => {
  it("says what the shelf begins with", () => {
    const texts = ours.choose("en");
    expect(texts.title("similar", "viewed", "A")).toBe("Because you viewed A");
    expect(texts.title("similar", "similar", "A")).toBe("Similar to A");
    expect(texts.title("profile", "interactions", "")).toBe("Chosen for you");
    expect(texts.title("profile", "profile", "")).toBe("Based on your profile, you may like");
  });
});

describe("the language", () => {
  it.each<[string, string | undefined, string | undefined, string]>([
    ["is that of locale", "fr", "de", "fr"],
    ["may be a variety of one", "de-AT", undefined, "de"],
    ["is found whatever the case", "DE-at", undefined, "de"],
    ["may be named with extensions", "fr-CA-u-nu-latn", undefined, "fr"],
    ["unknown, is the header's", "ja", "fr", "fr"],
    ["unknown everywhere, is English", "ja", "ko,zh;q=0.5", "en"],
    ["not named, is the header's most wanted", undefined, "en;q=0.3, fr-CH;q=0.8, de;q=0.7", "fr"],
    ["among equals, is the first", undefined, "de,fr", "de"],
    ["is none that the header refuses", undefined, "de;q=0, fr;q=0.1", "fr"],
    ["is English for whoever takes any", undefined, "*", "en"],
    ["is English before what is wanted less than any", undefined, "ja, *;q=0.5, de;q=0.1", "en"],
    ["is English where the header says nothing sensible", undefined, ";;q=2,de;q=7,,??", "en"],
    ["is English where nobody says anything", undefined, undefined, "en"],
  ])("%s", (_, locale, header, language) => expect(ours.choose(locale, header).language).toBe(language));

  it("is looked up by leaving out what follows, part by part", () => {
    expect([...lookupTags("zh-Hant-TW-x-own")]).toEqual(["zh-hant-tw-x-own", "zh-hant-tw", "zh-hant", "zh"]);
  });

  it("is read from the beginning of a header, however long", () => {
    expect(acceptedRanges("de,".repeat(1_000)).length).toBeLessThan(20);
  });

  it("is named by a well-formed tag", () => {
    for (const tag of ["de", "de-AT", "zh-Hant-TW", "zh-Hant", "fr-CA-u-nu-latn", "xx"])
      expect(isLanguageTag(tag), tag).toBe(true);
    for (const tag of ["", "d", "de_AT", "german!", "de-", "de-A", "de-AUTRICHIEN-", "*"])
      expect(isLanguageTag(tag), tag).toBe(false);
  });
});

describe("what a shop configures", () => {
  const shop = new ShelfLanguages({
    nl: { viewed: "Omdat je {item} bekeek" },
    de: { popular: "Bei uns beliebt" },
    "de-AT": { trending: "Grad im Trend" },
    "pt-br": { trending: "Em alta" },
    en: { trending: "Hot" },
  });

  it("adds a language, which is English where it says nothing", () => {
    const dutch = shop.choose("nl-BE");
    expect(dutch.language).toBe("nl");
    expect(dutch.reason("viewed", "de Lancia", null)).toBe("Omdat je de Lancia bekeek");
    expect(dutch.reason("trending", "", null)).toBe("Hot");
    expect(dutch.reason("popular_in_country", "", "DE")).toBe("Popular in Duitsland");
  });

  it("changes single texts of ours", () => {
    expect(shop.choose("de").reason("popular", "", null)).toBe("Bei uns beliebt");
    expect(shop.choose("de").reason("similar", "A", null)).toBe("Ähnlich wie „A“");
    expect(ours.choose("de").reason("popular", "", null)).toBe("Beliebt im Shop");
  });

  it("adds a variety, which is like its language where it says nothing", () => {
    const austrian = shop.choose("de-AT");
    expect(austrian.language).toBe("de-AT");
    expect(austrian.reason("trending", "", null)).toBe("Grad im Trend");
    expect(austrian.reason("popular", "", null)).toBe("Bei uns beliebt");
    expect(shop.choose("pt-BR").language).toBe("pt-BR");
    expect(shop.choose("pt").language).toBe("en");
  });
});
