/** What a text may insert: an item's name, or a country's. */
export type TextParameter = "item" | "country";

/**
 * Every text that a shopper reads, and what may be inserted in it by name. Reasons have the name of their code; titles
 * of shelves begin with `title_`.
 */
export const TEXT_PARAMETERS = {
  viewed: "item",
  carted: "item",
  similar: "item",
  bought_together: "item",
  profile: null,
  interactions: null,
  trending: null,
  popular_in_country: "country",
  popular: null,
  title_viewed: "item",
  title_similar: "item",
  title_together: null,
  title_profile: null,
  title_interactions: null,
  title_trending: null,
  title_popular: null,
} as const satisfies Record<string, TextParameter | null>;
export type TextKey = keyof typeof TEXT_PARAMETERS;

export const TEXT_KEYS = Object.keys(TEXT_PARAMETERS) as readonly TextKey[];

/** All texts of one language. */
export type Texts = Readonly<Record<TextKey, string>>;
/** Some texts of one language. */
export type SomeTexts = { readonly [Key in TextKey]?: string | undefined };
