import { effectiveConsent, type GivenConsent } from "../../domain/sessions/consent.ts";
import { SESSION_MERGE_MILLISECONDS, SESSION_MERGED_MAX, type Session } from "../../domain/sessions/session.ts";
import { takeOver } from "../../domain/sessions/sign-in.ts";
import type { RuntimeEnv } from "../../platform/env.ts";
import { logger, messageOf } from "../../platform/logger.ts";

/** A user's request that names the anonymous client whose session belongs to the user. */
export interface SignIn {
  readonly user: string;
  readonly client: string;
  readonly consent: GivenConsent;
}

/**
 * Folds anonymous sessions into a user's. The anonymous session sets its content apart, this one puts it on its disk
 * and says so: whichever of the two dies in between, the next request goes on where they stood, and nothing is folded
 * in twice. The event that tells the ledger is on the disk together with the content.
 */
export class SignIns {
  readonly #sessions: RuntimeEnv["SHOPPER_SESSION"];
  /** When each client was last asked; a later sign-in of the same client asks again. */
  readonly #askedAt = new Map<string, number>();

  constructor(sessions: RuntimeEnv["SHOPPER_SESSION"]) {
    this.#sessions = sessions;
  }

  /**
   * Takes over what there is, if it is time to ask. A failure is logged and asked again with the next request.
   * @param present reads the user's session as it is at that moment
   * @param write puts the changed session on the disk
   */
  async takeOver(
    { user, client, consent }: SignIn,
    present: () => Session,
    write: (session: Session) => Promise<void>,
  ): Promise<void> {
    const now = Date.now();
    if (now - (this.#askedAt.get(client) ?? 0) < SESSION_MERGE_MILLISECONDS) return;
    const remembered = present().consent;
    const given = { value: effectiveConsent(remembered, consent), explicit: consent.explicit || remembered !== null };
    try {
      const anonymous = this.#sessions.getByName(`c:${client}`);
      const answer = await anonymous.handOver(user, given);
      // Not before the answer: what is handed over was received by then, and counts as the user's.
      const at = Date.now();
      const before = present();
      // What was agreed to on this device counts for a user who has not said anything yet.
      const agreed = before.consent === null && !consent.explicit ? answer.consent : before.consent;
      const consented = agreed === before.consent ? before : { ...before, consent: agreed, touched_at: at };
      const { personalization, analytics } = effectiveConsent(agreed, consent);
      const toLedger = personalization && analytics;
      const merged = takeOver(consented, { user, client, handOver: answer.handOver, toLedger }, at);
      if (merged !== before) await write(merged);
      if (answer.handOver !== null) await anonymous.finishHandOver(answer.handOver.generation);
      if (this.#askedAt.size >= SESSION_MERGED_MAX) this.#askedAt.clear();
      this.#askedAt.set(client, now);
    } catch (error) {
      logger.warn("sign_in_merge_failed", { message: messageOf(error) });
    }
  }
}
