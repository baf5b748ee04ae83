import { type Axis, linearAxis, logAxis } from "./axis.ts";
import { CHART_STYLE, dashOf, lineClass } from "./chart-style.ts";
import { escapeXml } from "./escape-text.ts";
import { formatNumber } from "./format-number.ts";
import type { CardCurve, CardSeries } from "./model-card.ts";
import { spreadApart } from "./spread-apart.ts";

// All in pixels.
const WIDTH = 760;
const PLOT_HEIGHT = 260;
const PADDING = 16;
const LINE_HEIGHT = 18;
const LABEL_GAP = 15;
/** Mean width of a character of 12 px in the fonts of common systems, rounded up. */
const CHARACTER_WIDTH = 6.8;
const SWATCH_WIDTH = 22;
const LEADER_WIDTH = 14;
const DOT_RADIUS = 3.5;
/** Longer names are cut, so that the lines keep their room. */
const NAME_CHARACTERS_MAX = 24;
/** A line with more points has no dots. */
const DOTS_MAX = 16;

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Placed {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

const pixels = (value: number): string => String(Math.round(value * 100) / 100);
const widthOf = (text: string): number => text.length * CHARACTER_WIDTH;

function shortened(name: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  return characters.length <= NAME_CHARACTERS_MAX ? name : `${characters.slice(0, NAME_CHARACTERS_MAX - 1).join("")}…`;
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${pixels(x)}" y="${pixels(y)}"${attributes}>${escapeXml(content)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, attributes: string): string {
  return `<line x1="${pixels(x1)}" y1="${pixels(y1)}" x2="${pixels(x2)}" y2="${pixels(y2)}" ${attributes}/>`;
}

/** Points that can be drawn, from left to right. */
function drawable(series: CardSeries, xScale: CardCurve["xScale"]): CardSeries {
  const points = series.points.filter(
    ({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (xScale !== "log" || x > 0),
  );
  return { name: series.name, points: points.toSorted((one, other) => one.x - other.x) };
}

/** Swatches with names, in as many rows as they need. */
function legendOf(series: readonly CardSeries[], top: number): { svg: string[]; bottom: number } {
  let x = PADDING;
  let y = top;
  const svg = series.flatMap(({ name }, place) => {
    const label = shortened(name);
    const width = SWATCH_WIDTH + widthOf(label) + PADDING;
    if (x + width > WIDTH && x > PADDING) [x, y] = [PADDING, y + LINE_HEIGHT];
    const start = x;
    x += width;
    const dash = dashOf(place) === "" ? "" : ` stroke-dasharray="${dashOf(place)}"`;
    return [
      line(start, y - 4, start + SWATCH_WIDTH - 6, y - 4, `class="curve ${lineClass(place)}"${dash}`),
      text(start + SWATCH_WIDTH, y, label),
    ];
  });
  return { svg, bottom: y };
}

function axesOf(xAxis: Axis, yAxis: Axis, placed: Placed, frame: Frame): string[] {
  const { left, right, bottom } = frame;
  return [
    ...yAxis.ticks.flatMap(({ value, label }) => {
      const y = placed.y(value);
      return [
        line(left, y, right, y, 'class="grid"'),
        text(left - 8, y + 4, label, ' class="quiet" text-anchor="end"'),
      ];
    }),
    line(left, bottom, right, bottom, 'class="axis"'),
    ...xAxis.ticks.flatMap(({ value, label }) => {
      const x = placed.x(value);
      return [
        line(x, bottom, x, bottom + 4, 'class="axis"'),
        text(x, bottom + LINE_HEIGHT, label, ' class="quiet" text-anchor="middle"'),
      ];
    }),
  ];
}

function curveOf({ name, points }: CardSeries, place: number, { x, y }: Placed): string[] {
  const path = points.map((point, at) => `${at === 0 ? "M" : "L"}${pixels(x(point.x))} ${pixels(y(point.y))}`).join("");
  const dash = dashOf(place) === "" ? "" : ` stroke-dasharray="${dashOf(place)}"`;
  const dots = points.length > DOTS_MAX ? points.slice(-1) : points;
  return [
    `<path class="curve ${lineClass(place)}"${dash} d="${path}"/>`,
    ...dots.map((point) => {
      const said = escapeXml(`${name}: ${formatNumber(point.x)}, ${formatNumber(point.y)}`);
      const at = `cx="${pixels(x(point.x))}" cy="${pixels(y(point.y))}" r="${DOT_RADIUS}"`;
      return `<circle class="dot ${lineClass(place)}" ${at}><title>${said}</title></circle>`;
    }),
  ];
}

/** What stands at the right end of each line, and what leads to it. */
function endLabelsOf(series: readonly CardSeries[], labels: readonly string[], placed: Placed, frame: Frame): string[] {
  const ends = series.map(({ points }) => points.at(-1) ?? { x: 0, y: 0 });
  const wanted = ends.map(({ y }) => placed.y(y));
  const heights = spreadApart(wanted, LABEL_GAP, frame.top, frame.bottom);
  // With more lines than there is room for labels the legend has to do.
  if (heights === null) return [];
  return ends.flatMap(({ x }, place) => {
    const height = heights[place] ?? 0;
    const to = frame.right + LEADER_WIDTH;
    return [
      line(placed.x(x), wanted[place] ?? 0, to - 3, height, `class="leader ${lineClass(place)}"`),
      text(to, height + 4, labels[place] ?? ""),
    ];
  });
}

/** Name and last value of each line; a line that is alone is named by its axis. */
function endLabelTexts(series: readonly CardSeries[]): string[] {
  return series.map(({ name, points }) => {
    const value = formatNumber(points.at(-1)?.y ?? 0);
    return series.length === 1 ? value : `${shortened(name)} ${value}`;
  });
}

/**
 * Draws curves as an SVG file of their own: round ticks, a legend, each line named at its end, colours for light and for
 * dark ground. The same curves give the same text. Points that are not finite are left out.
 */
export function lineChart({ title, xLabel, yLabel, xScale, series: given }: CardCurve): string {
  const series = given.map((one) => drawable(one, xScale)).filter(({ points }) => points.length > 0);
  const points = series.flatMap(({ points }) => points);
  const xs = points.map(({ x }) => x);
  const xAxis = xScale === "log" ? logAxis(xs) : linearAxis(xs, "tight");
  const yAxis = linearAxis(
    points.map(({ y }) => y),
    "round",
  );
  const labels = endLabelTexts(series);
  const legend = series.length > 1 ? legendOf(series, 52) : { svg: [], bottom: 34 };
  const top = legend.bottom + 2 * LINE_HEIGHT;
  const frame: Frame = {
    left: PADDING + 8 + Math.max(...yAxis.ticks.map(({ label }) => widthOf(label))),
    right: WIDTH - PADDING - LEADER_WIDTH - Math.max(0, ...labels.map(widthOf)),
    top,
    bottom: top + PLOT_HEIGHT,
  };
  const height = frame.bottom + 2 * LINE_HEIGHT + PADDING + 4;
  const placed: Placed = {
    x: (value) => frame.left + xAxis.place(value) * (frame.right - frame.left),
    y: (value) => frame.bottom - yAxis.place(value) * PLOT_HEIGHT,
  };
  const middle = (frame.left + frame.right) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escapeXml(`${title}: ${yLabel} by ${xLabel}`)}</title>`,
    `<style>${CHART_STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>`,
    text(PADDING, 28, title, ' class="title"'),
    ...legend.svg,
    text(PADDING, frame.top - 14, yLabel, ' class="quiet"'),
    ...axesOf(xAxis, yAxis, placed, frame),
    text(middle, frame.bottom + 2 * LINE_HEIGHT + 4, xLabel, ' class="quiet" text-anchor="middle"'),
    ...(series.length === 0 ? [text(middle, frame.top + PLOT_HEIGHT / 2, "No points", ' text-anchor="middle"')] : []),
    ...endLabelsOf(series, labels, placed, frame),
    ...series.flatMap((one, place) => curveOf(one, place, placed)),
    "</svg>",
    "",
  ].join("\n");
}
