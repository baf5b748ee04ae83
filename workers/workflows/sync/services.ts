import type { OrderRecord } from "../../../domain/catalogue/records.ts";
import type { EndcapConfig } from "../../../domain/config/schema.ts";
import type { QuarantineSource, SetAsideRecord } from "../../../domain/quarantine/record.ts";
import type { Source } from "../../../domain/sync/replica.ts";

/** What a run needs from outside. The Worker gives the real ones; whoever drives a run otherwise gives their own. */
export interface SyncServices {
  readonly db: D1Database;
  readonly config: EndcapConfig;
  /** Connects to where an entity is read; the caller closes it. @throws ReplicaError when it is away */
  readonly openSource: (via: "replica" | "http") => Promise<Source>;
  /** Keeps rows that cannot be used; the same ones again are kept once. @throws Error when that fails */
  readonly keepAside: (source: QuarantineSource, records: readonly SetAsideRecord[]) => Promise<void>;
  /** Counts orders; those of an earlier run than what is known change nothing. @throws Error when that fails */
  readonly bookOrders: (orders: readonly OrderRecord[], run: number) => Promise<void>;
  /** Those of some users' ids that were erased on request, and stay out. */
  readonly erasedAmong: (userIds: ReadonlySet<string>) => Promise<ReadonlySet<string>>;
  readonly now: () => Date;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Runs a piece of work that is not repeated once it has succeeded: a Workflow's step. */
export interface StepRunner {
  do<Value>(name: string, work: () => Promise<Value>): Promise<Value>;
}
