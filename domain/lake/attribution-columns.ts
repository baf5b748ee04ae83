import { shortRecommendationId, shownFacts } from "../attribution/recommendation-id.ts";
import type { Attribution } from "../events/interaction.ts";
import type { LakeValue, LakeValueColumn } from "./lake-table.ts";

/** What an item was put down to; all null where no recommendation was. */
export const ATTRIBUTION_COLUMNS: readonly LakeValueColumn[] = [
  {
    name: "recommendation_id",
    type: "string",
    nullable: true,
    unit: null,
    meaning: "The recommendation that the item is put down to; joins `recommendations.recommendation_id`.",
  },
  {
    name: "rule",
    type: "string",
    nullable: true,
    unit: null,
    meaning: "The rule that put it down, with its version: `explicit/1` (the event said so) or `shown/1`.",
  },
  { name: "placement", type: "string", nullable: true, unit: null, meaning: "Where the item was shown: `home`, …" },
  { name: "strategy", type: "string", nullable: true, unit: null, meaning: "What chose the item: `similar`, …" },
  {
    name: "model_version",
    type: "string",
    nullable: true,
    unit: null,
    meaning: "The model that was active; null without one.",
  },
  {
    name: "arm",
    type: "string",
    nullable: true,
    unit: null,
    meaning: "The experiment's arm; null outside experiments.",
  },
  { name: "rank", type: "integer", nullable: true, unit: "1-based", meaning: "The item's place on its shelf." },
];

/** The values of {@link ATTRIBUTION_COLUMNS}, by name. */
export function attributionValues(
  attribution: Attribution | undefined,
  itemId: string,
): Readonly<Record<string, LakeValue>> {
  const facts = attribution === undefined ? null : shownFacts(attribution.recommendation_id, itemId);
  return {
    recommendation_id: attribution === undefined ? null : shortRecommendationId(attribution.recommendation_id),
    rule: attribution?.rule ?? null,
    placement: facts?.placement ?? null,
    strategy: facts?.strategy ?? null,
    // Empty says "none" within an id; in a table that is null.
    model_version: facts?.modelVersion || null,
    arm: facts?.arm || null,
    rank: facts?.rank ?? null,
  };
}
