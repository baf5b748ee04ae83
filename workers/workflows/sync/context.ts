import type { EndcapConfig } from "../../../domain/config/schema.ts";
import type { Replica } from "../../../domain/sync/replica.ts";

/** What a piece of a run works with. The replica's connection lives as long as one Workflow step. */
export interface SyncContext {
  readonly db: D1Database;
  readonly replica: Replica;
  readonly config: EndcapConfig;
  /** The run's number, under which its rows are written. */
  readonly run: number;
  /** The run's name, under which it holds the lease. */
  readonly runId: string;
  readonly now: () => Date;
  /** Rest between two pages. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** The one lease that a run must hold. */
export const SYNC_LEASE = "sync";
