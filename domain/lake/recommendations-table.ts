import type { ServedAnswer } from "../served/served-message.ts";
import type { LakeRow, LakeTable, LakeValue, LakeValueColumn } from "./lake-table.ts";
import { shopperKind } from "./shopper-kind.ts";

/** What all rows of an answer share. */
const ANSWER_COLUMNS = [
  {
    name: "recommendation_id",
    type: "string",
    nullable: false,
    unit: null,
    meaning: "The answer: its rows share it. What the storefront saw as `recommendation_id` up to the first dot.",
  },
  { name: "event_time", type: "timestamp", nullable: false, unit: "UTC, ms", meaning: "When it was served." },
  {
    name: "shopper",
    type: "string",
    nullable: true,
    unit: null,
    meaning:
      "Pseudonym of the shopper; joins `events.shopper`. Null for nobody in particular, and without consent to both purposes.",
  },
  {
    name: "shopper_kind",
    type: "string",
    nullable: true,
    unit: null,
    meaning: "`user` or `client`, as in `events`; null with `shopper`.",
  },
  {
    name: "placement",
    type: "string",
    nullable: false,
    unit: null,
    meaning: "Where it was shown: `home`, `product`, `cart`, `checkout`.",
  },
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
  {
    name: "degraded",
    type: "json",
    nullable: true,
    unit: null,
    meaning: "List of the stages that were left out of the answer; null when none was.",
  },
  {
    name: "latency_ms",
    type: "double",
    nullable: false,
    unit: "ms",
    meaning: "From the request's arrival to the answer, in our own code. The same in all rows of a request.",
  },
] as const satisfies readonly LakeValueColumn[];

/** What each item's row has of its own. */
const ITEM_COLUMNS = [
  {
    name: "strategy",
    type: "string",
    nullable: false,
    unit: null,
    meaning: "The shelf: `similar`, `together`, `profile`, `trending`, `popular`.",
  },
  { name: "rank", type: "integer", nullable: false, unit: "1-based", meaning: "The item's place on its shelf." },
  { name: "item_id", type: "string", nullable: false, unit: null, meaning: "The item." },
  {
    name: "score",
    type: "double",
    nullable: false,
    unit: null,
    meaning: "Higher is better; comparable within one shelf of one answer only.",
  },
  {
    name: "reason",
    type: "string",
    nullable: false,
    unit: null,
    meaning: "Why the item is there, as the answer's `reason.code`.",
  },
] as const satisfies readonly LakeValueColumn[];

/** `recommendations`: a row per item of every answer, as it was served. */
export const RECOMMENDATIONS_TABLE: LakeTable = {
  name: "recommendations",
  version: 1,
  columns: [...ANSWER_COLUMNS, ...ITEM_COLUMNS],
};

/** An answer's items are that many rows. */
export function recommendationRowCount(answer: ServedAnswer): number {
  return answer.shelves.reduce((sum, { items }) => sum + items.length, 0);
}

function answerCells(answer: ServedAnswer, pseudonym: (id: string) => string): LakeValue[] {
  const { shopper } = answer;
  const cells: Record<(typeof ANSWER_COLUMNS)[number]["name"], LakeValue> = {
    recommendation_id: answer.recommendation_id,
    event_time: new Date(answer.at),
    shopper: shopper === null ? null : pseudonym(shopper),
    shopper_kind: shopper === null ? null : shopperKind(shopper),
    placement: answer.placement,
    model_version: answer.model_version,
    arm: answer.arm,
    degraded: answer.degraded.length === 0 ? null : JSON.stringify(answer.degraded),
    latency_ms: answer.latency_ms,
  };
  return ANSWER_COLUMNS.map(({ name }) => cells[name]);
}

/**
 * The rows of an answer, by shelf and rank.
 * @param pseudonym of an id with its kind: `u:…`, `c:…`
 */
export function recommendationRows(answer: ServedAnswer, pseudonym: (id: string) => string): LakeRow[] {
  const shared = answerCells(answer, pseudonym);
  return answer.shelves.flatMap(({ strategy, items, scores, reasons }) =>
    // In the order of ITEM_COLUMNS. By place, not by name: there are thirty of these to an answer.
    items.map((itemId, position) => [
      ...shared,
      strategy,
      position + 1,
      itemId,
      scores[position] ?? null,
      reasons[position] ?? reasons.at(-1) ?? null,
    ]),
  );
}
