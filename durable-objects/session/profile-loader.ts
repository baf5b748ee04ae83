import { profileAge, withProfile } from "../../domain/sessions/profile.ts";
import {
  SESSION_PROFILE_DEADLINE_MILLISECONDS,
  SESSION_PROFILE_RETRY_MILLISECONDS,
} from "../../domain/sessions/session.ts";
import { readProfile } from "../../platform/d1/profiles.ts";
import { logger, messageOf } from "../../platform/logger.ts";
import type { SessionStore } from "./session-store.ts";

/** Brings what is synced of a known user into the session: awaited once, renewed in the background. */
export class ProfileLoader {
  readonly #db: D1Database;
  readonly #store: SessionStore;
  #loading: Promise<void> | null = null;
  #retryAt = 0;

  constructor(db: D1Database, store: SessionStore) {
    this.#db = db;
    this.#store = store;
  }

  /**
   * Reads the user's profile from D1 if it is due. The first read is waited for, up to a deadline; a late or failed one
   * costs the answer nothing but the profile.
   * @param now milliseconds since 1970 UTC
   */
  async refresh(userId: string, now: number): Promise<void> {
    const age = profileAge(this.#store.session, now);
    if (age === "young" || now < this.#retryAt) return;
    this.#loading ??= this.#load(userId);
    if (age === "old") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SESSION_PROFILE_DEADLINE_MILLISECONDS);
    });
    await Promise.race([this.#loading, deadline]);
    clearTimeout(timer);
  }

  async #load(userId: string): Promise<void> {
    try {
      const profile = await readProfile(this.#db, userId);
      const { session } = this.#store;
      // Consent may have been withdrawn while D1 was thinking.
      if (session.consent?.personalization !== false) this.#store.hold(withProfile(session, profile, Date.now()));
    } catch (error) {
      this.#retryAt = Date.now() + SESSION_PROFILE_RETRY_MILLISECONDS;
      logger.warn("profile_unreadable", { message: messageOf(error) });
    } finally {
      this.#loading = null;
    }
  }
}
