import { expect, it } from "vitest";

import { reportCsv } from "../../../domain/analytics/reports/csv.ts";
import { rounded } from "../../../domain/analytics/reports/rounded.ts";
import { shareOf } from "../../../domain/analytics/reports/wilson.ts";

it("has the interval of Wilson's formula", () => {
  // Brown, Cai and DasGupta, Statistical Science 16 (2001): 10 of 20 are between 0.299 and 0.701.
  const { share, low, high } = shareOf(10, 20) ?? { share: 0, low: 0, high: 0 };
  expect(share).toBe(0.5);
  expect(low).toBeCloseTo(0.2993, 4);
  expect(high).toBeCloseTo(0.7007, 4);
});

it("is wide where little was seen, and never outside of 0 and 1", () => {
  expect(shareOf(0, 10)).toMatchObject({ share: 0, low: 0, high: expect.closeTo(0.2775, 4) });
  expect(shareOf(10, 10)).toMatchObject({ share: 1, low: expect.closeTo(0.7225, 4), high: expect.closeTo(1, 12) });
});

it("says nothing of nothing, nor of more clicks than impressions: no share is above 1", () => {
  expect(shareOf(0, 0)).toBeNull();
  expect(shareOf(5, 2)).toBeNull();
  expect(shareOf(-1, 10)).toBeNull();
});

it("rounds the traces of binary fractions away, and nothing else", () => {
  expect(rounded(0.1 + 0.2)).toBe(0.3);
  expect(rounded(1_234_567.891)).toBe(1_234_567.891);
  expect(Object.is(rounded(-1e-12), 0)).toBe(true);
});

it("writes texts that no spreadsheet takes for a formula, and numbers as they are", () => {
  const row = { name: "=SUM(A1:A9)", line: "@here", country: "-", units: -2, other: { EUR: 1.5 }, none: null };
  expect(reportCsv(["name", "line", "country", "units", "other", "none", "missing"], [row])).toBe(
    `name,line,country,units,other,none,missing\r\n'=SUM(A1:A9),'@here,'-,-2,"{""EUR"":1.5}",,\r\n`,
  );
});

it("quotes what needs it", () => {
  expect(reportCsv(["name"], [{ name: 'Say "hi", then\nleave' }])).toBe('name\r\n"Say ""hi"", then\nleave"\r\n');
});
