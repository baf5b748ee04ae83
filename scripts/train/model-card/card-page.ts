import type { ModelBlend } from "../../../domain/models/manifest.ts";
import { codeBlock, escapeMarkdown, escapeXml } from "./escape-text.ts";
import { formatNumber, formatShare } from "./format-number.ts";
import type { CardCurve, CardMetric, ModelCard } from "./model-card.ts";

/** What each name of a blend stands for. */
const BLEND_MEANINGS: Readonly<Record<keyof ModelBlend, string>> = {
  profile: "nearness to the shopper's features",
  taste: "nearness to the mean embedding of the shopper's past",
  together: "item–item weights, summed over the past",
  popularity: "popularity",
  trending: "what is bought more often lately",
  similar: "share of the item–item weight, beside the embeddings' cosine, in what is similar",
  diversity: "variety against score on the personal shelf",
  recency: "what each older item of the past counts of the next newer one",
  rating: "what a rating one star above the middle adds to an item, which counts 1",
};

const PURPOSE =
  "It ranks the products of one catalogue for the shoppers of one shop: the personal shelf, and what goes with or is " +
  "like a product. It is fitted on what that shop's shoppers bought and rated, and says nothing of another shop. It " +
  "ranks products only: it is not made to judge people, to set prices, or for anything that follows from either.";

const CAUTION =
  "The metrics are measured on past interactions that the model did not see: they say how well it finds what shoppers " +
  "chose without it, not what they would choose with it. Before it serves all, compare it in an experiment.";

type Cell = string | number;

function cellText(cell: Cell): string {
  return typeof cell === "number" ? formatNumber(cell) : escapeMarkdown(cell);
}

/** A table; columns of numbers stand to the right. */
function table(head: readonly string[], rows: readonly (readonly Cell[])[], numbersFrom: number): string {
  const rule = head.map((_, place) => (place >= numbersFrom ? "---:" : "---"));
  const lines = [head.map(escapeMarkdown), rule, ...rows.map((row) => row.map(cellText))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function dayOf(at: number | null): string {
  return at === null ? "unknown" : new Date(at).toISOString().slice(0, "2026-11-21".length);
}

function dataSection({ data, sourceExport }: ModelCard): string {
  const rows: Cell[][] = [
    ["export", sourceExport ?? "none"],
    ["users", data.users],
    ["items", data.items],
    ["interactions", data.interactions],
    ["of these with a rating", formatShare(data.ratedShare)],
    ["density (share of all user–item pairs)", formatShare(data.density)],
    ["first interaction", dayOf(data.firstAt)],
    ["last interaction", dayOf(data.lastAt)],
  ];
  return table(["", ""], rows, 1);
}

function estimateText({ value, low, high }: CardMetric): string {
  if (low === undefined || high === undefined) return formatNumber(value);
  return `${formatNumber(value)} (${formatNumber(low)}–${formatNumber(high)})`;
}

/** Metrics by row, what was measured by column, both in the order in which the card names them first. */
function metricsSection({ metrics }: ModelCard): string {
  const measured = [...new Set(metrics.map((metric) => metric.of))];
  const names = [...new Set(metrics.map(({ name }) => name))];
  const rows = names.map((name) => [
    name,
    ...measured.map((of) => {
      const found = metrics.filter((metric) => metric.name === name && metric.of === of);
      return found.map(estimateText).join(", ");
    }),
  ]);
  return `${table(["metric", ...measured], rows, 1)}\n\nLists of ten, for the users of the validation part. In brackets: 95 % interval. Weights, epoch and blend were chosen by this part, so what has just been chosen looks a little better here than it is; an honest figure is that of \`endcap evaluate --model blend\`, which keeps its test part from all of that.`;
}

/** The points of a curve as a table: for who cannot see the picture, or wants the numbers. */
function pointsTable({ xLabel, series }: CardCurve): string {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((one, other) => one - other);
  const rows = xs.map((x) => [
    x,
    ...series.map(({ points }) => {
      const found = points.filter((point) => point.x === x);
      return found.map(({ y }) => formatNumber(y)).join(", ");
    }),
  ]);
  return table([xLabel, ...series.map(({ name }) => name)], rows, 0);
}

function curveSection(curve: CardCurve, file: string): string {
  const title = escapeMarkdown(curve.title);
  return `![${title}](${file})\n\n<details><summary>${escapeXml(curve.title)}: numbers</summary>\n\n${pointsTable(curve)}\n\n</details>`;
}

function secondsSection({ seconds }: ModelCard): string {
  const total = Object.values(seconds).reduce((sum, value) => sum + value, 0);
  return table(["step", "seconds"], [...Object.entries(seconds), ["all", total]], 1);
}

/** A picture's file name by the curve's place and title. */
export function curveFile({ title }: CardCurve, place: number): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return `${["curve", place + 1, ...words].join("-")}.svg`;
}

/** The page `MODEL_CARD.md`. Sections of which the card says nothing are left out. */
export function cardPage(card: ModelCard): string {
  const blend = Object.entries(card.blend).map(([name, value]) => [
    name,
    BLEND_MEANINGS[name as keyof ModelBlend] ?? "",
    value ?? "",
  ]);
  const sections: [title: string, text: string, empty?: boolean][] = [
    ["What it is for", PURPOSE],
    ["Data", dataSection(card)],
    ["Metrics", metricsSection(card), card.metrics.length === 0],
    [
      "Curves",
      card.curves.map((curve, place) => curveSection(curve, curveFile(curve, place))).join("\n\n"),
      card.curves.length === 0,
    ],
    ["Parameters", table(["parameter", "value"], [["seed", String(card.seed)], ...parameterRows(card)], 1)],
    ["Blend", table(["signal", "what it is", "weight"], blend, 2), blend.length === 0],
    ["What it does not do", [...card.limits, CAUTION].map((limit) => `- ${escapeMarkdown(limit)}`).join("\n")],
    ["Time", secondsSection(card), Object.keys(card.seconds).length === 0],
    ["To make it again", codeBlock(card.commandLine, "sh")],
  ];
  const body = sections.filter(([, , empty]) => empty !== true).map(([title, text]) => `## ${title}\n\n${text}\n`);
  return [
    `# Model ${escapeMarkdown(card.version)}`,
    `Made ${escapeMarkdown(card.createdAt)} by \`endcap train\`.`,
    ...body,
  ]
    .join("\n\n")
    .replaceAll(/\n{3,}/g, "\n\n");
}

/** Parameters as they were given, without rounding. */
function parameterRows({ parameters }: ModelCard): Cell[][] {
  return Object.entries(parameters).map(([name, value]) => [name, String(value)]);
}
