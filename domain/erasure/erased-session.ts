import type { Interaction } from "../events/interaction.ts";
import type { Result } from "../result.ts";
import { type Appended, planAppend, type SessionFull } from "../sessions/append.ts";
import type { GivenConsent } from "../sessions/consent.ts";
import { type Consent, EMPTY_SESSION } from "../sessions/session.ts";

/** What counts for a shopper who was erased: whatever they agree to, nobody gets to know them again. */
export function consentOfErased({ value }: GivenConsent): Consent {
  return { personalization: false, analytics: value.analytics };
}

/**
 * What becomes of the events of a shopper who was erased: those of one who agreed to analytics only. The caller hands
 * them to the ledger under ids that say nothing of the shopper; nothing is written here.
 */
export function appendErased(
  interactions: readonly Interaction[],
  consent: GivenConsent,
): Result<Appended, SessionFull> {
  const planned = planAppend(EMPTY_SESSION, interactions, {
    given: { value: consentOfErased(consent), explicit: true },
    storedBytes: 0,
    attributionMilliseconds: 0,
    now: 0,
  });
  return planned.ok ? { ok: true, value: planned.value.outcome } : planned;
}
