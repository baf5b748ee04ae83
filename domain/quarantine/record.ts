import { z } from "zod";

/** Where something came from that could not be taken: `features` are users, items and ratings of the source. */
export const QUARANTINE_SOURCES = ["events", "orders", "features"] as const;
export type QuarantineSource = (typeof QUARANTINE_SOURCES)[number];

/** Something that could not be taken, as whoever met it says it. */
export interface SetAsideRecord {
  /** A short word that can be counted. */
  readonly reason: string;
  /** A sentence for whoever mends it. Ids that stand in quotes are masked where the payload holds them too. */
  readonly detail: string;
  /** When it was received, milliseconds since 1970 UTC; the same when the record comes again. */
  readonly at: number;
  /** The original, as a replay needs it. */
  readonly payload: unknown;
  /** Keys of the payload that hold ids of users, beside those whose name says so. */
  readonly idFields?: readonly string[];
}

/** A line of a file under `quarantine/`. */
export const quarantineLineSchema = z.object({
  reason: z.string(),
  detail: z.string(),
  /** ISO 8601. */
  time: z.string(),
  source: z.enum(QUARANTINE_SOURCES),
  /** The original, masked and of bounded size. */
  payload: z.unknown(),
  /** The whole original, sealed (platform/quarantine/seal.ts); null where there is nothing to replay. */
  sealed: z.string().nullable(),
});
export type QuarantineLine = z.infer<typeof quarantineLineSchema>;

/** The reason of the line that counts what a limit kept out; its payload says how many of each reason. */
export const NOT_KEPT = "not_kept";
