import type { SessionView } from "../../../domain/sessions/session.ts";

/**
 * Sessions that an isolate remembers, about 16 KB each. A remembered view is used only when the session object itself
 * has just said that nothing changed since: it then neither makes the text, nor sends it, nor is it parsed here.
 */
export const SESSION_VIEWS_KEPT_MAX = 1_024;

// By shopper, the longest unchanged first.
const kept = new Map<string, SessionView>();

/** The view that this isolate was given last, if it still has it. */
export function knownView(shopper: string): SessionView | undefined {
  return kept.get(shopper);
}

/**
 * What the session object answered, as a view.
 * @param text the view's JSON, or nothing when `known` still holds
 */
export function receiveView(shopper: string, known: SessionView | undefined, text: string): SessionView {
  if (text === "" && known !== undefined) return known;
  const view = JSON.parse(text) as SessionView;
  kept.delete(shopper);
  const [oldest] = kept.keys();
  if (kept.size >= SESSION_VIEWS_KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  kept.set(shopper, view);
  return view;
}
