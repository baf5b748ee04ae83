import type { Texts } from "./keys.ts";

/** English: what stands in for whatever another language lacks. */
export const english: Texts = {
  viewed: "Because you viewed {item}",
  carted: "Goes with {item} in your cart",
  similar: "Similar to {item}",
  bought_together: "Often bought with {item}",
  profile: "Based on your profile, you may like this",
  interactions: "Based on what you looked at",
  trending: "Trending now",
  popular_in_country: "Popular in {country}",
  popular: "Popular in the shop",
  title_viewed: "Because you viewed {item}",
  title_similar: "Similar to {item}",
  title_together: "Often bought together",
  title_profile: "Based on your profile, you may like",
  title_interactions: "Chosen for you",
  title_trending: "Trending now",
  title_popular: "Popular right now",
};

/** Countries (ISO 3166-1 alpha-2) whose names take an article within a sentence, which lists of names leave out. */
export const ENGLISH_ARTICLE = new Set(
  "AE AX BQ BS CC CF CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH PN PS SB SC TC TF UM US VG VI".split(" "),
);

/** Names that lists shorten to what no sentence can hold, with their article. */
export const ENGLISH_NAMES: ReadonlyMap<string, string> = new Map([
  ["CD", "the Democratic Republic of the Congo"],
  ["CG", "the Republic of the Congo"],
  ["GS", "South Georgia & the South Sandwich Islands"],
  ["HK", "Hong Kong"],
  ["HM", "Heard Island & the McDonald Islands"],
  ["MM", "Myanmar"],
  ["MO", "Macao"],
  ["VC", "St. Vincent & the Grenadines"],
]);
