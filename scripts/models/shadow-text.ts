import { z } from "zod";

import { formatTable } from "../terminal/table.ts";
import { minuteOf, percentOf } from "./list-models.ts";

const distributionSchema = z.object({
  mean: z.number().nullable(),
  from: z.array(z.number().nullable()),
  counts: z.array(z.number()),
});
const sideSchema = z.object({
  scores: distributionSchema.extend({ min: z.number().nullable(), max: z.number().nullable() }),
  milliseconds: distributionSchema,
  items: z.number(),
});
const comparisonSchema = z.object({
  active_version: z.string(),
  from: z.string(),
  to: z.string(),
  hours: z.number(),
  answers: z.record(z.string(), z.number()),
  overlap: distributionSchema.extend({ at: z.number(), interval: z.tuple([z.number(), z.number()]).nullable() }),
  tau: z.object({ mean: z.number().nullable(), answers: z.number() }),
  active: sideSchema,
  shadow: sideSchema,
});

/** What the API says of a shadow. */
export const shadowAnswerSchema = z.object({
  version: z.string(),
  share: z.number().nullable(),
  comparisons: z.array(comparisonSchema),
});
export type ShadowAnswer = z.infer<typeof shadowAnswerSchema>;
type Comparison = z.infer<typeof comparisonSchema>;
type Distribution = z.infer<typeof distributionSchema>;

const BARS = "▁▂▃▄▅▆▇█";
const DIGITS = 3;

/** One character a bucket, its height by the largest; a bucket that holds nothing is a space. */
export function sparkline(counts: readonly number[]): string {
  const largest = Math.max(1, ...counts);
  return counts
    .map((count) => (count === 0 ? " " : (BARS[Math.ceil((count / largest) * BARS.length) - 1] ?? "█")))
    .join("");
}

function number(value: number | null): string {
  return value === null ? "–" : String(Number(value.toFixed(DIGITS)));
}

/** The buckets that hold something, with where they begin and end. */
function histogram({ from, counts }: Distribution): string {
  const first = counts.findIndex((count) => count > 0);
  if (first === -1) return "–";
  const last = counts.findLastIndex((count) => count > 0);
  const end = from[last + 1];
  return `${from[first] ?? "<0"} │${sparkline(counts.slice(first, last + 1))}│ ${end === undefined ? "and more" : number(end)}`;
}

function comparisonLines({ answers, overlap, tau, active, shadow, ...of }: Comparison): string[] {
  const { sampled = 0, ...outcomes } = answers;
  const others = Object.entries(outcomes)
    .filter(([outcome, count]) => outcome !== "compared" && count > 0)
    .map(([outcome, count]) => `${outcome.replace("_", " ")} ${count}`);
  const interval = overlap.interval === null ? "" : ` (95 %: ${overlap.interval.map(number).join(" – ")})`;
  return [
    `beside ${of.active_version}, ${minuteOf(of.from)} to ${minuteOf(of.to)} UTC`,
    `  answers    ${sampled} sampled, ${outcomes["compared"] ?? 0} compared${others.length === 0 ? "" : `, ${others.join(", ")}`}`,
    `  overlap@${overlap.at} ${number(overlap.mean)}${interval}   ${histogram({ ...overlap, from: [...overlap.from, 1] })}`,
    `  order      ${number(tau.mean)} (Kendall's tau of what both have, ${tau.answers} answers)`,
    ...formatTable(
      [
        { title: "" },
        { title: "items", right: true },
        { title: "score", right: true },
        { title: "min", right: true },
        { title: "max", right: true },
        { title: "scores" },
        { title: "ms", right: true },
        { title: "milliseconds" },
      ],
      [["active", active] as const, ["shadow", shadow] as const].map(([name, side]) => [
        name,
        `~${side.items}`,
        number(side.scores.mean),
        number(side.scores.min),
        number(side.scores.max),
        histogram(side.scores),
        number(side.milliseconds.mean),
        histogram(side.milliseconds),
      ]),
    ).map((line) => `  ${line}`),
  ];
}

/** A shadow's figures, as a person reads them. */
export function shadowLines({ version, share, comparisons }: ShadowAnswer): string[] {
  const now = share === null ? "is no shadow now" : `is the shadow of ${percentOf(share)} of the requests`;
  return [
    `${version} ${now}.`,
    ...(comparisons.length === 0 ? ["Nothing has been compared in the last 31 days."] : []),
    ...comparisons.flatMap((comparison) => ["", ...comparisonLines(comparison)]),
  ];
}
