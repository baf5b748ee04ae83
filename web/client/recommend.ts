import type { RecommendationAnswer, RecommendationRequest } from "../client.js";
import { addressOf } from "./address.ts";
import { consentOf, identity, settings } from "./shopper.ts";
import { warn } from "./warnings.ts";

const ANSWER_TIMEOUT_MILLISECONDS = 1_000;
const SERVER_ERROR = 500;

/** Asks for shelves; null, never a rejection, when there are none to be had in time. */
export async function recommend(request: RecommendationRequest): Promise<RecommendationAnswer | null> {
  try {
    const options = settings();
    if (options === null) throw new Error("recommend was called before init.");
    const { personalization, analytics } = consentOf();
    const granted = [personalization ? "personalization" : "", analytics ? "analytics" : ""].filter(Boolean);
    const address = new URL(addressOf("recommendations"));
    const query: Record<string, string | number | readonly string[] | null | undefined> = {
      ...request,
      key: options.key,
      consent: granted,
      ...(personalization ? identity() : {}),
    };
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
    }
    return await ask(address, options.timeout ?? ANSWER_TIMEOUT_MILLISECONDS);
  } catch (error) {
    warn(String(error));
    return null;
  }
}

async function ask(address: URL, timeout: number): Promise<RecommendationAnswer | null> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout?.(timeout) });
    if (response.ok) return (await response.json()) as RecommendationAnswer;
    if (response.status < SERVER_ERROR) {
      const answer = (await response.json()) as { error?: { message: string } };
      warn(`recommendations were refused: ${answer.error?.message}`);
    }
  } catch {
    // Away, blocked or slow: the page goes on without.
  }
  return null;
}
