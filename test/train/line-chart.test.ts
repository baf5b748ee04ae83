import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { linearAxis, logAxis } from "../../scripts/train/model-card/axis.ts";
import { lineChart } from "../../scripts/train/model-card/line-chart.ts";
import type { CardCurve } from "../../scripts/train/model-card/model-card.ts";
import { spreadApart } from "../../scripts/train/model-card/spread-apart.ts";
import { CURVE } from "./card-curve.ts";

const XML_TOKEN =
  /<(?<close>\/)?(?<name>[A-Za-z]+)(?<attributes>(?: [A-Za-z][A-Za-z0-9-]*="[^"<]*")*)(?<empty>\/)?>|(?<text>[^<]+)/gy;

/** Reads XML as strictly as a browser does, as far as the charts use it. @throws Error where it is not well formed */
function textsOf(xml: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  let end = 0;
  for (const match of xml.matchAll(XML_TOKEN)) {
    end = match.index + match[0].length;
    const { close, name = "", attributes = "", empty, text = "" } = match.groups ?? {};
    if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(attributes + text)) throw new Error(`A bare & in ${match[0]}`);
    if (text.trim() !== "") texts.push(text);
    else if (close !== undefined && open.pop() !== name) throw new Error(`</${name}> closes nothing.`);
    else if (name !== "" && close === undefined && empty === undefined) open.push(name);
  }
  if (end !== xml.length || open.length > 0) throw new Error(`Not XML from ${end} on, ${open.join()} open.`);
  return texts;
}

describe("a line chart", () => {
  it("is well-formed XML with its title, labels, names and last values", () => {
    const texts = textsOf(lineChart(CURVE));
    for (const text of ["nDCG@10 by epoch", "epoch", "nDCG@10", "towers", "popularity"]) expect(texts).toContain(text);
    for (const text of ["towers 0.12", "popularity 0.0912", "0.07", "0.12", "1", "2", "3"])
      expect(texts).toContain(text);
    expect(texts).toContain("towers: 2, 0.1134");
  });

  it("escapes what is written in it, and leaves out what XML forbids", () => {
    const texts = textsOf(
      lineChart({ ...CURVE, title: `<b>"λ" & 'p'</b>\u0001`, series: [{ name: "]]>", points: [{ x: 1, y: 2 }] }] }),
    );
    expect(texts).toContain("&lt;b&gt;&quot;λ&quot; &amp; &apos;p&apos;&lt;/b&gt;");
    expect(texts).toContain("]]&gt;: 1, 2");
  });

  it("has colours for light and for dark ground", () => {
    expect(lineChart(CURVE)).toContain("@media (prefers-color-scheme:dark)");
  });

  it.each<[string, CardCurve["series"]]>([
    ["without series", []],
    ["without points", [{ name: "a", points: [] }]],
    [
      "with points that are no numbers",
      [
        {
          name: "a",
          points: [
            { x: Number.NaN, y: 1 },
            { x: 1, y: Infinity },
          ],
        },
      ],
    ],
  ])("says that it is empty %s", (_, series) => {
    expect(textsOf(lineChart({ ...CURVE, series }))).toContain("No points");
  });

  it("draws any numbers within itself", () => {
    const number = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
    const points = fc.array(fc.record({ x: number, y: number }), { minLength: 1, maxLength: 40 });
    const series = fc.array(fc.record({ name: fc.string(), points }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(series, fc.constantFrom("linear" as const, "log" as const), (series, xScale) => {
        const svg = lineChart({ ...CURVE, xScale, series });
        textsOf(svg);
        expect(svg.replaceAll(/<title>.*<\/title>/g, "")).not.toMatch(/["M L]-?(?:NaN|Infinity)/);
        const [, height = "0"] = /viewBox="0 0 760 ([\d.]+)"/.exec(svg) ?? [];
        for (const [, x, y] of svg.matchAll(/cx="([^"]+)" cy="([^"]+)"/g)) {
          expect(Number(x) >= 0 && Number(x) <= 760).toBe(true);
          expect(Number(y) >= 0 && Number(y) <= Number(height)).toBe(true);
        }
      }),
    );
  });
});

describe("an axis", () => {
  it.each<[readonly number[], "round" | "tight", string[]]>([
    [[0.071, 0.171], "round", ["0.06", "0.08", "0.10", "0.12", "0.14", "0.16", "0.18"]],
    [[0.06, 0.2], "round", ["0.00", "0.05", "0.10", "0.15", "0.20"]],
    [[1, 20], "tight", ["5", "10", "15", "20"]],
    [[1, 3], "tight", ["1", "2", "3"]],
    [[-3, 5], "round", ["−4", "−2", "0", "2", "4", "6"]],
    [[0, 30_000], "tight", ["0", "10K", "20K", "30K"]],
    [[0.25, 0.25], "round", ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35", "0.40"]],
    [[], "round", ["0", "1"]],
  ])("around %j that ends %s has round ticks", (values, ends, labels) => {
    expect(linearAxis(values, ends).ticks.map(({ label }) => label)).toEqual(labels);
  });

  it.each([
    [
      [1, 3_000],
      ["1", "10", "100", "1000"],
    ],
    [
      [0.01, 0.1],
      ["0.01", "0.02", "0.05", "0.1"],
    ],
    [
      [30, 400],
      ["50", "100", "200"],
    ],
    [
      [300, 400],
      ["300", "320", "340", "360", "380", "400"],
    ],
    [
      [7, 7],
      ["4", "6", "8", "10"],
    ],
    [[5e-324], ["−1.0", "−0.5", "0.0", "0.5", "1.0"]],
    [
      [1, 1e12],
      ["1", "100", "10K", "1M", "100M", "10B", "1T"],
    ],
  ])("around %j by factors has ticks on round numbers", (values, labels) => {
    expect(logAxis(values).ticks.map(({ label }) => label)).toEqual(labels);
  });

  it("places its values in order, from its low end to its high end", () => {
    const number = fc.double({ noNaN: true, min: 1e-6, max: 1e9 });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (values) => {
        const sorted = values.toSorted((one, other) => one - other);
        for (const axis of [linearAxis(values, "round"), linearAxis(values, "tight"), logAxis(values)]) {
          const places = sorted.map((value) => axis.place(value));
          expect(places).toEqual(places.toSorted((one, other) => one - other));
          expect(places[0]).toBeGreaterThanOrEqual(-1e-6);
          expect(places.at(-1)).toBeLessThanOrEqual(1 + 1e-6);
          expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
          expect(axis.ticks.length).toBeLessThanOrEqual(12);
          for (const { value } of axis.ticks) {
            expect(axis.place(value)).toBeGreaterThan(-1e-6);
            expect(axis.place(value)).toBeLessThan(1 + 1e-6);
          }
        }
      }),
    );
  });
});

describe("labels at the ends of lines", () => {
  it.each([
    [
      [10, 50],
      [10, 50],
    ],
    [
      [50, 10, 52],
      [50, 10, 65],
    ],
    [
      [99, 98],
      [100, 85],
    ],
    [
      [100, 100, 90],
      [85, 100, 70],
    ],
  ])("that would stand at %j stand at %j", (wanted, expected) => {
    expect(spreadApart(wanted, 15, 0, 100)).toEqual(expected);
  });

  it("are left out when there is no room for them", () => {
    expect(spreadApart([1, 2, 3], 60, 0, 100)).toBeNull();
  });
});
