import { formatTable } from "../terminal/table.ts";
import type { Feature } from "./feature-answer.ts";

const NOT_KNOWN = "–";
/** Longer texts are cut: the table is to fit a terminal. */
const BOUND_LENGTH_MAX = 24;
const DATE_LENGTH = "2026-11-21".length;

function bound(value: Feature["min"]): string {
  if (value === null) return NOT_KNOWN;
  const text = String(value);
  return text.length <= BOUND_LENGTH_MAX ? text : `${text.slice(0, BOUND_LENGTH_MAX - 1)}…`;
}

/** A share in percent; what is not nothing is not shown as 0 %, and what is not everything not as 100 %. */
function percent(share: number | null): string {
  if (share === null) return NOT_KNOWN;
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return "<1 %";
  if (rounded === 100 && share < 1) return ">99 %";
  return `${rounded} %`;
}

/** A table of features. */
export function featureTable(features: readonly Feature[]): string[] {
  const right = true;
  return formatTable(
    [
      { title: "ENTITY" },
      { title: "NAME" },
      { title: "KIND" },
      { title: "STATE" },
      { title: "SINCE" },
      { title: "NULL", right },
      { title: "DISTINCT", right },
      { title: "ROWS", right },
      { title: "MIN" },
      { title: "MAX" },
    ],
    features.map((feature) => [
      feature.entity,
      feature.was === null ? feature.name : `${feature.name} (was ${feature.was})`,
      feature.kind,
      feature.state,
      feature.first_seen_at.slice(0, DATE_LENGTH),
      percent(feature.null_share),
      String(feature.distinct ?? NOT_KNOWN),
      String(feature.rows ?? NOT_KNOWN),
      bound(feature.min),
      bound(feature.max),
    ]),
  );
}
