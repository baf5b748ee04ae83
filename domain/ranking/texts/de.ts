import type { Texts } from "./keys.ts";

/**
 * German, without a word that would have to choose between “Sie” and “du”. A country stands by itself: after “in” some
 * take an article (“in der Schweiz”), which lists of names leave out.
 */
export const german: Texts = {
  viewed: "Passend zum zuletzt angesehenen Artikel: {item}",
  carted: "Passt zu „{item}“ im Warenkorb",
  similar: "Ähnlich wie „{item}“",
  bought_together: "Oft zusammen mit „{item}“ gekauft",
  profile: "Passend zum Profil ausgewählt",
  interactions: "Passend zu bisher angesehenen Artikeln",
  trending: "Gerade im Trend",
  popular_in_country: "Landesweit beliebt ({country})",
  popular: "Beliebt im Shop",
  title_viewed: "Passend zum zuletzt angesehenen Artikel: {item}",
  title_similar: "Ähnlich wie „{item}“",
  title_together: "Oft zusammen gekauft",
  title_profile: "Passend zum Profil ausgewählt",
  title_interactions: "Persönlich ausgewählt",
  title_trending: "Gerade im Trend",
  title_popular: "Zurzeit beliebt",
};
