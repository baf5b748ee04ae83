import type { EndcapConfig } from "../../../domain/config/schema.ts";
import type { DatabaseSource, PagedSource, Source } from "../../../domain/sync/replica.ts";
import type { SyncServices } from "./services.ts";

/** What a step has begun to read while D1 was at work on what came before. */
export interface ReadAhead {
  /** Says which part of which range it is. */
  readonly part: string;
  readonly result: Promise<unknown>;
}

/** What a piece of a run works with. The source's connection lives as long as one Workflow step. */
export interface SyncContext<From extends Source = Source> {
  readonly db: D1Database;
  readonly from: From;
  readonly config: EndcapConfig;
  /** The run's number, under which its rows are written. */
  readonly run: number;
  /** The run's name, under which it holds the lease. */
  readonly runId: string;
  /** What the entity's dictionary says: key → name. */
  readonly names: ReadonlyMap<string, string>;
  /** What this step reads ahead, and how many rows it may still read. */
  readonly step: { ahead: ReadAhead | null; rowsLeft: number };
  readonly keepAside: SyncServices["keepAside"];
  readonly bookOrders: SyncServices["bookOrders"];
  readonly erasedAmong: SyncServices["erasedAmong"];
  readonly now: () => Date;
  /** Rest between two pages. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

export type DatabaseContext = SyncContext<DatabaseSource>;
export type PagedContext = SyncContext<PagedSource>;

/** The one lease that a run must hold. */
export const SYNC_LEASE = "sync";
