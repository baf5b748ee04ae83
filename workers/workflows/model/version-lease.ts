import { acquireLease, releaseLease, renewLeaseStatement } from "../../../platform/d1/lease-store.ts";

/** An instance that was silent this long is dead: another may take its version over. */
export const VERSION_LEASE_SECONDS = 120;
const RENEWED_EVERY_MILLISECONDS = 20_000;

/** Name of the lease of who is at work on a version. */
export function versionLeaseName(version: string): string {
  return `model:${version}`;
}

/** One instance at a time is at work on a version: two would write and delete the same vectors. */
export class VersionLease {
  readonly #db: D1Database;
  readonly #name: string;
  readonly #holder: string;
  #renewedAt = 0;

  /** @param holder id of the workflow's instance */
  constructor(db: D1Database, version: string, holder: string) {
    this.#db = db;
    this.#name = versionLeaseName(version);
    this.#holder = holder;
  }

  /** Takes the lease or renews it. @returns false while another instance has it */
  async take(): Promise<boolean> {
    this.#renewedAt = Date.now();
    return acquireLease(this.#db, this.#name, this.#holder, new Date(this.#renewedAt), VERSION_LEASE_SECONDS);
  }

  /** Renews the lease. @returns false when it went to another instance since it was taken, which may be done by now */
  async renew(): Promise<boolean> {
    const now = new Date();
    const { meta } = await renewLeaseStatement(this.#db, this.#name, this.#holder, now, VERSION_LEASE_SECONDS).run();
    this.#renewedAt = now.getTime();
    return meta.changes > 0;
  }

  /** Renews the lease when it is time to; to be called again and again by whatever takes long. @throws Error when it was lost */
  async keep(): Promise<void> {
    if (Date.now() - this.#renewedAt < RENEWED_EVERY_MILLISECONDS) return;
    if (!(await this.renew()))
      throw new Error("Another instance took the model over, since this one was silent too long.");
  }

  async release(): Promise<void> {
    await releaseLease(this.#db, this.#name, this.#holder);
  }
}
