/** How a shard is. Times are milliseconds since 1970 UTC. */
export interface LedgerStatus {
  readonly shard: number;
  readonly storage_bytes: number;
  /** When the oldest event was appended that the counters lack; null when they have all. */
  readonly uncounted_since: number | null;
  /** When the oldest event was appended that the lake lacks, sealed or not; null when it has all. */
  readonly unstored_since: number | null;
  /** Segments on their way to the lake. */
  readonly sealed: number;
  /** Transfers on their way to other shards. */
  readonly transfers: number;
  /** How often in a row something could not be done, and what was said last. */
  readonly failures: number;
  readonly error: string | null;
}
