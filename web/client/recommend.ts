import type { RecommendationAnswer, RecommendationRequest } from "../client.js";
import { addressOf } from "./address.ts";
import { hearRefusal, type Refusal } from "./refusal.ts";
import { request, sayLast } from "./request.ts";
import { consentOf, identity, settings } from "./shopper.ts";
import { warn } from "./warnings.ts";

const ANSWER_TIMEOUT_MILLISECONDS = 1_000;
const SERVER_ERROR = 500;
const PURPOSES = ["personalization", "analytics"] as const;

/** What is sent to Endcap with a question. */
type Query = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** The language, as Endcap takes it; undefined for what is no language tag. */
function languageTag(language: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
}

function grantedPurposes(): string {
  const granted = consentOf();
  return PURPOSES.filter((purpose) => granted[purpose]).join();
}

function addressWith(query: Query): URL {
  const address = new URL(addressOf("recommendations"));
  const all: Query = { ...query, key: settings()?.key, consent: grantedPurposes() };
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
  }
  return address;
}

/** Asks for shelves; null, never a rejection, when there are none to be had in time. */
export async function recommend(question: RecommendationRequest): Promise<RecommendationAnswer | null> {
  try {
    const options = settings();
    if (options === null) throw new Error("init comes first.");
    // Who the shopper is, a page says to `init` and `identify`; it is sent when they agreed.
    const { placement, item_id, cart, limit, exclude, filter, country, locale } = question;
    const address = addressWith({
      placement,
      item_id,
      cart,
      limit,
      exclude,
      filter,
      country,
      locale: languageTag(locale ?? document.documentElement.lang),
      ...(consentOf().personalization ? identity() : {}),
    });
    return await ask(address, options.timeout ?? ANSWER_TIMEOUT_MILLISECONDS);
  } catch (error) {
    warn(String(error));
    return null;
  }
}

async function ask(address: URL, timeout: number): Promise<RecommendationAnswer | null> {
  try {
    const response = await request(address, timeout);
    if (response.ok) return (await response.json()) as RecommendationAnswer;
    if (response.status < SERVER_ERROR) {
      const refusal = (await response.json()) as Refusal;
      hearRefusal("recommendations", refusal, response.status, address.searchParams.get("token"));
    }
  } catch {
    // Away, blocked or slow: the page goes on without.
  }
  return null;
}

/**
 * Tells Endcap, under the name that it knew, that the shopper took consent back: it forgets the session. The one time
 * that anything is said of who refused, and nothing comes of it where Endcap is away.
 */
export function tellRefusal(named: Query): void {
  const address = addressWith({
    ...named,
    placement: "home",
    limit: 1,
  });
  sayLast(() => fetch(address, { keepalive: true }).catch(() => undefined));
}
