import { element, part, svg } from "./elements.js";

/**
 * A line of a chart. `tone` is its colour and its dashes: lines differ without colour too.
 * @typedef {{ name: string, values: (number | null)[], tone: number | "before", isFilled?: boolean, summary?: string }} Line
 * @typedef {{ label: string, times: number[], lines: Line[], isHourly: boolean,
 *   clock: import("./format.js").Clock, write(value: number): string, writeShort(value: number): string }} Chart
 */

const HEIGHT = 250;
const PHONE_HEIGHT = 200;
const PHONE_WIDTH = 480;
const X_AXIS_HEIGHT = 30;
const Y_AXIS_WIDTH = 58;
/** Half of "10:00 AM", which may stand at the very end. */
const LAST_LABEL_HALF = 32;
/** With fewer points than this they are marked: a line of one point could not be seen. */
const MARKED_POINTS_MAX = 3;
const HEADROOM = 1.08;
const DAY_SECONDS = 86_400;
const DAY_STEPS = [1, 2, 3, 7, 14, 28].map((days) => days * DAY_SECONDS);
/** Whole numbers: half a shopper is none, and what a label has no digits for would be rounded to another number. */
const VALUE_STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
/** By tone: solid, dashed, dotted, … */
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 4], [14, 4], [1, 5]];
const BEFORE_DASHES = [4, 4];
const BEFORE = "before";

/** @type {Promise<any> | null} */
let library = null;
let failures = 0;
/** What stands in a chart's place, until {@link dropGoneCharts}. @type {Map<Element, { plot: any, chart: Chart, shape: string }>} */
const drawn = new Map();

/**
 * The library hands `navigator.language` to Intl. Where the computer has no language that is no tag ("C",
 * "en-US@posix"), which Intl refuses: then it is the one that Intl itself goes by.
 */
function mendLanguage() {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    const { locale } = new Intl.NumberFormat().resolvedOptions();
    Object.defineProperty(navigator, "language", { value: locale, configurable: true });
  }
}

/** Loads what draws charts, once. The page stands without it, so it is in nobody's way; what failed is tried again. */
export function loadLibrary() {
  mendLanguage();
  // A browser does not ask again for a module that it once failed to load: so a second try has another address.
  const again = failures === 0 ? "" : `?again=${failures}`;
  library ??= import(`/vendor/uplot/uPlot.esm.js${again}`).then(
    (module) => module.default,
    (error) => {
      failures += 1;
      library = null;
      throw error;
    },
  );
  return library;
}

/** @param {Line["tone"]} tone */
function dashesOf(tone) {
  return tone === BEFORE ? BEFORE_DASHES : (DASHES[tone] ?? []);
}

/** The colour of a class, resolved for the present theme. @param {string} className */
function colourOf(className) {
  const probe = part("live-dot").appendChild(element("span", { class: className }));
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** @param {string} colour `rgb(r, g, b)` */
function faint(colour) {
  return colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.13)");
}

/** The place of a chart; {@link drawCharts} draws into it once it stands on the page. @param {string} key @param {Chart} chart */
export function chartPlace(key, chart) {
  const place = element("div", { class: "chart", "data-key": key, "data-drawn-by-script": true });
  return Object.assign(place, { carried: chart });
}

/** @param {Chart} chart @returns {string} what must stay the same for a chart to take new figures */
function shapeOf({ lines, label, isHourly, clock }) {
  return JSON.stringify([label, isHourly, clock.zone, lines.map(({ name, tone, isFilled }) => [name, tone, isFilled])]);
}

/** @param {Chart} chart */
function dataOf({ times, lines }) {
  return [times.map((time) => time / 1_000), ...lines.map(({ values }) => values)];
}

/** @param {Line} line */
function legendEntry({ name, tone, isFilled }) {
  const sample = svg(
    "svg",
    { class: `sample tone-${tone}`, "aria-hidden": "true" },
    svg("line", { x1: 0, x2: 26, y1: 5, y2: 5, "stroke-dasharray": isFilled === true ? "" : dashesOf(tone).join(" ") }),
  );
  return element("li", {}, sample, element("span", { class: "name" }, name), element("span", { class: "value" }));
}

/** What the legend says: the values under the cursor, or each line's summary. @param {Element} legend @param {Chart} chart @param {number | null | undefined} at */
function writeLegend(legend, chart, at) {
  const [when, ...entries] = legend.children;
  const time = at === null || at === undefined ? undefined : chart.times[at];
  if (when !== undefined) {
    when.textContent =
      time === undefined
        ? "Point for figures, drag to zoom, double-click for all."
        : (chart.isHourly ? chart.clock.minute : chart.clock.day)(time);
  }
  for (const [index, entry] of entries.entries()) {
    const line = chart.lines[index];
    const value = at === null || at === undefined ? undefined : line?.values[at];
    const text =
      time === undefined ? (line?.summary ?? "") : value === null || value === undefined ? "–" : chart.write(value);
    const place = entry.querySelector(".value");
    if (place !== null) place.textContent = text;
  }
}

/** The hour, or the date where one begins. @param {Chart["clock"]} clock @param {number} time @param {boolean} isDay */
function timeLabel(clock, time, isDay) {
  const begins = clock.date(time) !== clock.date(time - 1);
  return isDay || begins ? clock.date(time) : clock.hour(time);
}

/** @param {any} UPlot @param {() => Chart} latest @param {number} width @param {Element} legend */
function optionsOf(UPlot, latest, width, legend) {
  const { lines, clock, isHourly } = latest();
  const ink = colourOf("muted");
  const rule = colourOf("rule");
  const axis = {
    stroke: ink,
    font: "12px system-ui, sans-serif",
    grid: { stroke: rule, width: 1 },
    ticks: { show: false },
  };
  const isMarked = latest().times.length <= MARKED_POINTS_MAX;
  return {
    width,
    height: width < PHONE_WIDTH ? PHONE_HEIGHT : HEIGHT,
    padding: [10, LAST_LABEL_HALF, 0, 0],
    tzDate: (/** @type {number} */ seconds) => UPlot.tzDate(new Date(seconds * 1_000), clock.zone),
    legend: { show: false },
    cursor: { y: false, points: { size: 8 }, drag: { x: true, y: false } },
    scales: {
      y: {
        range: (/** @type {any} */ _, /** @type {number} */ low, /** @type {number} */ high) => [
          Math.min(0, low),
          (Math.max(0, high) || 1) * HEADROOM,
        ],
      },
    },
    axes: [
      {
        ...axis,
        space: 64,
        size: X_AXIS_HEIGHT,
        grid: { show: false },
        values: (
          /** @type {any} */ _,
          /** @type {number[]} */ splits,
          /** @type {any} */ __,
          /** @type {any} */ ___,
          /** @type {number} */ step,
        ) => splits.map((seconds) => timeLabel(clock, seconds * 1_000, step >= DAY_SECONDS || !isHourly)),
        ...(isHourly ? {} : { incrs: DAY_STEPS }),
      },
      {
        ...axis,
        size: Y_AXIS_WIDTH,
        space: 44,
        incrs: VALUE_STEPS,
        values: (/** @type {any} */ _, /** @type {number[]} */ splits) =>
          splits.map((value) => latest().writeShort(value)),
      },
    ],
    series: [
      {},
      ...lines.map(({ tone, isFilled }) => {
        const stroke = colourOf(`tone-${tone}`);
        return {
          stroke,
          width: tone === BEFORE ? 1.5 : 2,
          dash: isFilled === true ? [] : dashesOf(tone),
          ...(isFilled === true ? { fill: faint(stroke) } : {}),
          points: { show: isMarked, size: 7 },
        };
      }),
    ],
    hooks: { setCursor: [(/** @type {any} */ plot) => writeLegend(legend, latest(), plot.cursor.idx)] },
  };
}

/** True when somebody has zoomed into the chart. @param {any} plot */
function isZoomed(plot) {
  const times = plot.data[0];
  const { min, max } = plot.scales.x;
  return times.length > 1 && (min > times[0] || max < times.at(-1));
}

/** @param {HTMLElement} place @param {any} UPlot @param {Chart} chart @param {string} shape */
function draw(place, UPlot, chart, shape) {
  const picture = element("div", { class: "picture", role: "img", "aria-label": chart.label });
  const legend = element("ul", { class: "legend" }, element("li", { class: "when" }), ...chart.lines.map(legendEntry));
  place.replaceChildren(picture, legend);
  const entry = { plot: /** @type {any} */ (null), chart, shape };
  entry.plot = new UPlot(
    optionsOf(UPlot, () => entry.chart, place.clientWidth, legend),
    dataOf(chart),
    picture,
  );
  drawn.set(place, entry);
  writeLegend(legend, chart, null);
  sizes.observe(place);
}

const sizes = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    const entry = drawn.get(target);
    const width = target.clientWidth;
    if (entry === undefined || width === 0 || entry.plot.width === width) continue;
    entry.plot.setSize({ width, height: width < PHONE_WIDTH ? PHONE_HEIGHT : HEIGHT });
  }
});

/** Ends the chart in a place. @param {Element} place */
function drop(place) {
  drawn.get(place)?.plot.destroy();
  drawn.delete(place);
  sizes.unobserve(place);
}

/** Ends the charts whose places left the page: the library keeps each one, its canvas and its figures until told so. */
export function dropGoneCharts() {
  for (const place of drawn.keys()) if (!place.isConnected) drop(place);
}

/** Draws the charts whose places stand in `root`, or gives them their new figures; a zoom is kept. @param {Element} root */
export async function drawCharts(root) {
  dropGoneCharts();
  if (root.querySelector(".chart") === null) return;
  const UPlot = await loadLibrary();
  // Those of now: while the library was waited for, others may have come in their place.
  for (const place of root.querySelectorAll(".chart")) {
    const chart = /** @type {Chart} */ (/** @type {any} */ (place).carried);
    const entry = drawn.get(place);
    const shape = shapeOf(chart);
    if (entry === undefined || entry.shape !== shape) {
      drop(place);
      draw(/** @type {HTMLElement} */ (place), UPlot, chart, shape);
      continue;
    }
    entry.chart = chart;
    entry.plot.setData(dataOf(chart), !isZoomed(entry.plot));
    const legend = place.querySelector(".legend");
    if (legend !== null) writeLegend(legend, chart, entry.plot.cursor.idx);
  }
}

/** Colours are the theme's: with another one every chart is drawn again. @param {Element} root */
export function followTheme(root) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const place of root.querySelectorAll(".chart")) drop(place);
    // A chart that could not be drawn was told of when its figures came.
    drawCharts(root).catch(() => undefined);
  });
}
