import { NOTICE_KINDS, type NoticeKind } from "../sync/notices.ts";

/** What people call each kind. */
const WORDS: Readonly<Record<NoticeKind, string>> = {
  source_outage: "Source outage",
  schema_change: "Schema change",
  entity_paused: "Entity paused",
  rows_set_aside: "Rows set aside",
  source_went_back: "Source went back",
  feature_proposed: "Feature proposed",
  dead_letters: "Dead letters",
  export_failed: "Export failed",
  model_refused: "Model refused",
  freshness_breach: "Data is late",
  degraded_answers: "Degraded answers",
  demand_spike: "Demand spike",
  model_doubtful: "Model is doubtful",
};

/** Nothing is wrong and nothing need be done soon: told only to targets that ask for them. */
const INFORMATIONAL: ReadonlySet<NoticeKind> = new Set(["feature_proposed", "model_doubtful"]);

/** The kinds that a target is told of unless it names its own. */
export const DEFAULT_KINDS: readonly NoticeKind[] = NOTICE_KINDS.filter((kind) => !INFORMATIONAL.has(kind));

/** A kind in words; one that this version does not know as it is written. */
export function kindInWords(kind: string): string {
  return (WORDS as Readonly<Record<string, string>>)[kind] ?? kind.replaceAll("_", " ");
}
