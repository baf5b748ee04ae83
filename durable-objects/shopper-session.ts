import { DurableObject } from "cloudflare:workers";

import config from "#shop-config";
import { appendErased, consentOfErased } from "../domain/erasure/erased-session.ts";
import { clientsOfMerged } from "../domain/erasure/merged-clients.ts";
import type { Interaction } from "../domain/events/interaction.ts";
import { ok, type Result } from "../domain/result.ts";
import { type Appended, confirmEvents, planAppend, type SessionFull } from "../domain/sessions/append.ts";
import { effectiveConsent, type GivenConsent, rememberConsent } from "../domain/sessions/consent.ts";
import { finishHandOver, type HandedOver, startHandOver } from "../domain/sessions/merge.ts";
import { withCandidates } from "../domain/sessions/profile.ts";
import { dueForOffer, nextAlarm, spreadConfirmation, tellsConfirmed } from "../domain/sessions/schedule.ts";
import { type Consent, type ProfileCandidates, SESSION_QUEUE_SHARE, type Session } from "../domain/sessions/session.ts";
import { viewOf } from "../domain/sessions/view.ts";
import type { RuntimeEnv } from "../platform/env.ts";
import { logger, messageOf } from "../platform/logger.ts";
import { ObjectAlarm } from "./object-alarm.ts";
import { offerToLedger } from "./session/ledger-offer.ts";
import { ProfileLoader } from "./session/profile-loader.ts";
import { SessionStore } from "./session/session-store.ts";
import { sessionSettingsSchema } from "./session/settings.ts";
import { SignIns } from "./session/sign-in.ts";

/** What every request about a shopper says. */
export interface SessionCall {
  /** `u:<user id>` or `c:<client id>`: this object's name. */
  readonly shopper: string;
  /** The client id to fold in, when the request names it beside the user. */
  readonly mergeClient: string | null;
  readonly consent: GivenConsent;
}

const HOUR_MILLISECONDS = 60 * 60 * 1000;
const ATTRIBUTION_MILLISECONDS = config.attribution.windowHours * HOUR_MILLISECONDS;

/**
 * One shopper's session: what an answer is ranked from, and the safety net of every accepted event until the ledger
 * has confirmed it. One packed row, written before an event is acknowledged.
 */
export class ShopperSession extends DurableObject<RuntimeEnv> {
  readonly #store: SessionStore;
  readonly #alarm: ObjectAlarm;
  readonly #profile: ProfileLoader;
  readonly #signIns: SignIns;
  readonly #confirmMilliseconds: number;
  readonly #queueMilliseconds: number;
  #failures = 0;
  #view: {
    readonly session: Session;
    readonly consent: Consent;
    readonly version: string;
    readonly text: string;
  } | null = null;

  constructor(state: DurableObjectState, env: RuntimeEnv) {
    super(state, env);
    this.#store = new SessionStore(state.storage.sql);
    const settings = sessionSettingsSchema.parse(env);
    this.#alarm = new ObjectAlarm(state.storage, settings.ALARM_OVERDUE_MILLISECONDS);
    this.#profile = new ProfileLoader(env.DB, this.#store);
    this.#signIns = new SignIns(env.SHOPPER_SESSION);
    this.#confirmMilliseconds = spreadConfirmation(settings.SESSION_CONFIRM_MILLISECONDS, state.id.toString());
    this.#queueMilliseconds = settings.SESSION_CONFIRM_MILLISECONDS * SESSION_QUEUE_SHARE;
    // Before any call: what the row calls unconfirmed may be so no more, and must not be offered again weeks later.
    if (this.#store.session.unconfirmed.length > 0) {
      void state.blockConcurrencyWhile(async () => {
        await this.#alarm.load();
        this.#letGoIfConfirmed(this.#alarm.at);
      });
    }
  }

  /**
   * Takes a request's events, as far as the shopper agreed to. What this acknowledges is on the disk.
   * @returns `session_full` when too many events wait for the ledger: nothing was taken
   */
  async append(
    call: SessionCall & { readonly interactions: readonly Interaction[] },
  ): Promise<Result<Appended, SessionFull>> {
    if (this.#store.isErased) return appendErased(call.interactions, call.consent);
    await this.#signIn(call);
    await this.#alarm.load();
    const plan = () =>
      planAppend(this.#store.session, call.interactions, {
        given: call.consent,
        storedBytes: this.#store.bytes,
        attributionMilliseconds: ATTRIBUTION_MILLISECONDS,
        now: Date.now(),
      });
    let planned = plan();
    if (!planned.ok) {
      await this.#confirm(this.#store.session.unconfirmed);
      // The row may be full of what is confirmed.
      this.#store.write(this.#store.session);
      planned = plan();
    }
    // Whoever was erased while this call waited is nobody by now.
    if (this.#store.isErased) return appendErased(call.interactions, call.consent);
    if (!planned.ok) return planned;
    const { session, outcome } = planned.value;
    if (session !== this.#store.session || this.#isOfferLost()) await this.#write(session);
    return ok(outcome);
  }

  /**
   * What an answer is ranked from, as the JSON text of a `SessionView` (a text crosses between objects fastest, and
   * while nothing changes it is the same one). Reading a shopper of whom nothing is known writes nothing.
   * @returns an empty text when the caller's `known` version is still the one
   */
  async view(call: SessionCall & { readonly known?: string | undefined }): Promise<string> {
    if (!this.#store.isErased) await this.#prepareView(call);
    const { version, text } = this.#viewFor(this.#consentOf(call));
    return version === call.known ? "" : text;
  }

  /** Keeps a profile's nearest items with the session, for the active and the previous model version. */
  rememberCandidates(candidates: ProfileCandidates): void {
    if (this.#store.session.consent?.personalization === false) return;
    this.#store.hold(withCandidates(this.#store.session, candidates));
  }

  /** The shop has said something new about this user: the next view reads the profile first. */
  forgetProfile(): void {
    if (this.#store.session.profile_loaded_at === 0) return;
    this.#store.hold({ ...this.#store.session, profile_loaded_at: 0 });
  }

  /**
   * Asked of an anonymous session by the session of the user who signed in: sets its content apart for `recipient`
   * and gives it, the same until {@link finishHandOver}. A user who has refused personalisation takes over nothing,
   * and nothing of what was learnt anonymously stays here either.
   */
  handOver(recipient: string, consent: GivenConsent): HandedOver {
    const { session } = this.#store;
    if (!effectiveConsent(session.consent, consent).personalization) {
      const withdrawn = rememberConsent(session, consent, Date.now());
      if (this.#store.isStored && withdrawn !== session) this.#store.write(withdrawn);
      return { consent: session.consent, handOver: null };
    }
    const apart = startHandOver(session, recipient);
    if (apart !== session) this.#store.write(apart);
    return { consent: apart.consent, handOver: apart.handing_over };
  }

  /** The recipient has what was handed over on its disk. */
  finishHandOver(generation: number): void {
    const finished = finishHandOver(this.#store.session, generation);
    if (finished !== this.#store.session) this.#store.write(finished);
  }

  /** Ids of the anonymous clients that this session has taken over, as far as it remembers them. */
  mergedClients(): string[] {
    return clientsOfMerged(this.#store.session.merged);
  }

  /**
   * Forgets the shopper: what is stored, and the alarm. Events that the ledger may not have are offered to it first,
   * since sales and views stay counted; the ledger makes them nobody's.
   * @param then `stays_erased` for a user: nothing is kept of them from now on. `begins_anew` for a browser
   * @throws Error when the ledger does not take the events: then nothing was forgotten, and calling again heals it
   */
  async erase(then: "stays_erased" | "begins_anew"): Promise<void> {
    await this.#confirm(this.#store.session.unconfirmed);
    if (this.#store.session.unconfirmed.length > 0) {
      throw new Error("The ledger does not have all of this shopper's events yet.");
    }
    // Nobody else is let in while storage is at work: no event is acknowledged in between.
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    if (then === "stays_erased") this.#store.forgetForGood();
    else this.#store.forget();
    this.#alarm.clear();
    this.#view = null;
  }

  /** Offers unconfirmed events to the ledger, and drops a session that nobody came back to. */
  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    // Nothing here throws: a throwing alarm is tried a few times within minutes, and then never again.
    this.#alarm.came(info?.scheduledTime ?? null);
    if (this.#store.isErased) return;
    this.#letGoIfConfirmed(info?.scheduledTime ?? null);
    try {
      await this.#confirm(dueForOffer(this.#store.session.unconfirmed, Date.now(), this.#queueMilliseconds));
    } catch (error) {
      this.#failures += 1;
      logger.error("session_alarm_failed", { message: messageOf(error) });
    }
    if (this.#failures > 0) {
      // Written, so that the row names the alarm that offers the rest.
      await this.#write(this.#store.session);
      return;
    }
    const next = nextAlarm(this.#store.session, Date.now(), this.#confirmMilliseconds, this.#failures);
    if (next.kind === "wake") {
      await this.#alarm.wakeBy(next.at);
      return;
    }
    await this.ctx.storage.deleteAll();
    this.#store.forget();
    this.#alarm.clear();
  }

  /** What counts now for a shopper who may have been erased while the call waited. */
  #consentOf({ consent }: SessionCall): Consent {
    return this.#store.isErased ? consentOfErased(consent) : effectiveConsent(this.#store.session.consent, consent);
  }

  async #prepareView(call: SessionCall): Promise<void> {
    await this.#signIn(call);
    if (this.#isOfferLost()) await this.#write(this.#store.session);
    const now = Date.now();
    const remembered = rememberConsent(this.#store.session, call.consent, now);
    if (remembered !== this.#store.session) await this.#remember(call.consent, now);
    if (this.#consentOf(call).personalization && call.shopper.startsWith("u:")) {
      await this.#profile.refresh(call.shopper.slice("u:".length), now);
    }
  }

  async #signIn({ shopper: user, mergeClient, consent }: SessionCall): Promise<void> {
    if (mergeClient === null) return;
    await this.#signIns.takeOver(
      { user, client: mergeClient, consent },
      () => this.#store.session,
      async (session) => {
        await this.#alarm.load();
        await this.#write(session);
      },
    );
  }

  async #remember(consent: GivenConsent, now: number): Promise<void> {
    await this.#alarm.load();
    await this.#write(rememberConsent(this.#store.session, consent, now));
  }

  /** Writes and arms in one turn, so that no row is ever without an alarm that looks after it. */
  async #write(session: Session): Promise<void> {
    const now = Date.now();
    const next = nextAlarm(session, now, this.#confirmMilliseconds, this.#failures);
    const at = this.#alarm.timeBy(next.kind === "wake" ? next.at : now);
    this.#store.write(session.unconfirmed.length > 0 ? { ...session, offer_at: at } : session);
    await this.#alarm.wakeBy(at);
  }

  /** Whether the alarm was lost that was to offer what is unconfirmed: whoever calls next sees to another. */
  #isOfferLost(): boolean {
    return this.#store.session.unconfirmed.length > 0 && this.#alarm.isOverdue;
  }

  /** Offers these events to the ledger, and lets go of those that it has. */
  async #confirm(unconfirmed: readonly Interaction[]): Promise<void> {
    if (unconfirmed.length === 0) {
      this.#failures = 0;
      return;
    }
    const { done, complete } = await offerToLedger(this.env, unconfirmed);
    this.#failures = complete ? 0 : this.#failures + 1;
    // Others may have appended meanwhile: only what is done goes, from the session as it is now.
    const rest = confirmEvents(this.#store.session, done);
    // Where the row does not say when they were to be offered, no alarm can tell that they were.
    if (rest.offer_at === null) this.#store.write(rest);
    else this.#store.remember(rest);
  }

  #letGoIfConfirmed(alarmAt: number | null): void {
    const { session } = this.#store;
    if (session.unconfirmed.length === 0) return;
    if (tellsConfirmed(session, alarmAt)) this.#store.remember({ ...session, unconfirmed: [] });
  }

  #viewFor(consent: Consent): { readonly version: string; readonly text: string } {
    const { session } = this.#store;
    const known = this.#view;
    if (
      known?.session === session &&
      known.consent.personalization === consent.personalization &&
      known.consent.analytics === consent.analytics
    ) {
      return known;
    }
    const version = crypto.randomUUID();
    this.#view = { session, consent, version, text: JSON.stringify(viewOf(session, consent, version)) };
    return this.#view;
  }
}
