/** What people are told about the flows into Endcap, and out of it. */
export const NOTICE_KINDS = [
  /** The source cannot be reached, or refuses. Subject: `replica` or `http`. */
  "source_outage",
  /** The source's format changed. Subject: `table.column` and the kind of change. Opened and closed at once. */
  "schema_change",
  /** An entity is not read until something is mended, or somebody agrees. Subject: the entity. */
  "entity_paused",
  /** Rows of an entity are set aside. Subject: the entity. */
  "rows_set_aside",
  /** The source holds older data than was read before. Subject: the entity. Opened and closed at once. */
  "source_went_back",
  /** Columns of a person's that nobody has configured. Subject: the column. Opened and closed at once. */
  "feature_proposed",
  /** Messages of a queue could not be processed, and were not sent again since. Subject: the queue. */
  "dead_letters",
  /** Training data could not be exported, and has not been since. Subject: `exports`. */
  "export_failed",
  /** A model in the bucket MODELS cannot be served. Subject: its version, or the folder's name. */
  "model_refused",
  /** A flow is later than its objective. Subject: the flow. */
  "freshness_breach",
  /** Too many answers are made without all of their stages. Subject: `answers`. */
  "degraded_answers",
  /** Much more demand than usual. Subject: the spike's scope, signal and item or line. */
  "demand_spike",
  /** A model can be served, and something about it is doubtful. Subject: its version. Opened and closed at once. */
  "model_doubtful",
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** A notice before it is kept. */
export interface NewNotice {
  readonly kind: NoticeKind;
  readonly subject: string;
  /** One sentence: what happened, and what to do. */
  readonly message: string;
  /** The announcement that makes it expected; null when nobody announced it. */
  readonly announcementId: string | null;
}

/** What the source's engineers have announced. Times are milliseconds since 1970 UTC. */
export interface Announcement {
  readonly id: string;
  readonly kind: "change" | "outage";
  /** Null for the whole source. */
  readonly tables: readonly string[] | null;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly note: string;
}

/**
 * The announcement that makes something expected now.
 * @param table what it happens to; null for the whole source, which only an announcement for the whole source covers
 */
export function announcementFor(
  announcements: readonly Announcement[],
  kind: Announcement["kind"],
  table: string | null,
  now: Date,
): Announcement | null {
  const at = now.getTime();
  return (
    announcements.find(
      (one) =>
        // An outage may bring changes with it; a change by itself explains no outage.
        (one.kind === kind || (kind === "change" && one.kind === "outage")) &&
        one.startsAt <= at &&
        at <= one.endsAt &&
        (one.tables === null || (table !== null && one.tables.includes(table))),
    ) ?? null
  );
}
