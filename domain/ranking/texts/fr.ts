import type { Texts } from "./keys.ts";

/** Space that no line breaks at: French sets it before a colon and inside its quotation marks. */
const NBSP = "\u00a0";
const quoted = `«${NBSP}{item}${NBSP}»`;

/**
 * French, without a word that would have to choose between “vous” and “tu”. A country stands by itself: its preposition
 * would depend on it (“en France”, “au Portugal”, “aux États-Unis”).
 */
export const french: Texts = {
  viewed: `En lien avec un article vu récemment${NBSP}: {item}`,
  carted: `Va bien avec ${quoted}, déjà dans le panier`,
  similar: `Similaire à ${quoted}`,
  bought_together: `Souvent acheté avec ${quoted}`,
  profile: "Suggestion fondée sur le profil",
  interactions: "D’après les articles consultés",
  trending: "Tendance en ce moment",
  popular_in_country: `Populaire dans ce pays${NBSP}: {country}`,
  popular: "Populaire dans la boutique",
  title_viewed: `En lien avec un article vu récemment${NBSP}: {item}`,
  title_similar: `Similaires à ${quoted}`,
  title_together: "Souvent achetés ensemble",
  title_profile: "Suggestions fondées sur le profil",
  title_interactions: "Sélection personnalisée",
  title_trending: "Tendances du moment",
  title_popular: "Populaires en ce moment",
};
